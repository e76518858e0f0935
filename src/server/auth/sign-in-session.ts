import type { IncomingMessage } from 'node:http';
import { AccessError, type Caller } from './caller.js';
import { LOOPBACK_HOST } from './gateway.js';
import type { HttpErrorCode } from '../problem.js';
import type { HttpResponse } from '../response.js';
import type { HiddenRoute } from '../router.js';

const ROOT = '/dashboard';

/** How a browser stays signed in, because its page requests have no `Authorization` header. */
export interface SignInSessions {
  /** The routes that open and close a session. */
  readonly routes: readonly HiddenRoute[];
  /**
   * Returns the caller of a page, or the page of a reader who has no session.
   *
   * @param pathname without the base path
   * @throws {AccessError} if the credential is not valid
   */
  enter(request: IncomingMessage, pathname: string, search: string): Promise<Caller | HttpResponse>;
}

/** A refused credential with its own response instead of the problem page. */
export class RefusedSignIn extends AccessError {
  readonly page: HttpResponse;

  constructor(code: HttpErrorCode, subject: string | undefined, page: HttpResponse) {
    super(code, 'The sign-in is refused.', { subject });
    this.page = page;
  }
}

/** A route that opens or closes a session. */
export function signInRoute(
  method: 'GET' | 'POST',
  path: string,
  handle: (request: IncomingMessage) => Promise<HttpResponse>,
): HiddenRoute {
  return { method, path, operation: 'hidden', handle: ({ request }) => handle(request) };
}

/** Cookies of one name to try, because opening one takes time. */
const MAX_COOKIES = 8;

/** Returns the first cookies of this name. Another service of the same host can have set one. */
export function readCookies({ headers }: IncomingMessage, name: string): string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const found = pairs.filter((pair) => pair.startsWith(`${name}=`)).slice(0, MAX_COOKIES);
  return found.map((pair) => pair.slice(name.length + 1));
}

/**
 * Returns the value of `Set-Cookie`. Without `Path`, browsers use the directory of the request, which is that of the
 * dashboard, also behind a proxy that removes a prefix of the path.
 *
 * @param age seconds; 0 removes the cookie
 */
export function formatCookie(request: IncomingMessage, name: string, value: string, age: number): string {
  const secure = isOnLoopback(request) ? '' : '; Secure';
  return `${name}=${value}; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`;
}

/** True if the browser has sent the request to its own machine. A proxy may change `Host`, but not `Origin`. */
function isOnLoopback({ headers: { origin, host = '' } }: IncomingMessage): boolean {
  const seen = origin ?? `http://${host}`;
  return seen.startsWith('http://') && LOOPBACK_HOST.test(seen.slice('http://'.length));
}

/**
 * Refuses a form of another site. A request without these headers is not from a browser.
 *
 * @throws {AccessError} `untrusted-host`
 */
export function assertSameSite({ headers }: IncomingMessage): void {
  const { origin, host = '' } = headers;
  const site = headers['sec-fetch-site'];
  const isOwn =
    site === undefined
      ? origin === undefined || origin.replace(/^https?:\/\//, '') === host
      : site === 'same-origin' || site === 'none';
  if (!isOwn) {
    throw new AccessError(
      'untrusted-host',
      'The form is of another site. Open the dashboard and use its own form.',
    );
  }
}

/**
 * True if a link on another site leads here. `SameSite=Strict` then keeps the cookie back, but a page of this site that leads
 * on sends it.
 */
export function isFromOtherSite({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] === 'navigate';
}

/** Characters of the page to return to, so that the URL of the form is never too long. */
const MAX_NEXT = 2_000;
/** A path below the dashboard. A segment of dots could leave it. */
const NEXT = /^(?:\/[\w-]+(?:\.\w+)?)*(?:\?[\x21-\x7e]*)?$/;

/** Returns the page to show next: the path below the dashboard, with its query. Any other text is the home page. */
export function nextOf(parameters: Pick<URLSearchParams, 'get'>): string {
  const next = parameters.get('next') ?? '';
  return next.length <= MAX_NEXT && NEXT.test(next) ? next : '';
}

/** Returns a requested page as the one to show next. */
export function nextOfPage(pathname: string, search: string): string {
  return nextOf({ get: () => `${pathname.slice(ROOT.length)}${search && `?${search}`}` });
}

/** Returns the query of the request. */
export function queryOf({ url = '' }: IncomingMessage): URLSearchParams {
  return new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));
}
