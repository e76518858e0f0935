/*
 * The sign-in of `stats-service dashboard`: the person who runs the program opens the dashboard by a link that works once.
 * Every other page and call needs the cookie of that session, because other people and the pages of other sites in the
 * browser can reach the port, too.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Scope } from '../../core/model/api-key.js';
import type { Clock } from '../../core/model/time.js';
import type { Assets } from '../assets.js';
import { AccessError, type Authenticator, type Caller } from './caller.js';
import { LOOPBACK_HOST } from './gateway.js';
import { assertSecret } from './secret.js';
import { SessionSeal } from './session-seal.js';
import type { HttpResponse } from '../response.js';
import {
  formatCookie,
  isFromOtherSite,
  nextOf,
  nextOfPage,
  queryOf,
  readCookies,
  RefusedSignIn,
  signInRoute,
  type SignInSessions,
} from './sign-in-session.js';

const OPEN = '/dashboard/open';
/** Milliseconds for which the link works. */
const LINK_AGE = 300_000;
/** Milliseconds of a session, a working day. It ends with the program, whose secret is random. */
const SESSION_AGE = 12 * 3_600_000;
const READ: ReadonlySet<Scope> = new Set<Scope>(['stats:read']);

export class LinkSignIn implements Authenticator, SignInSessions {
  readonly routes = [signInRoute('GET', OPEN, (request) => this.open(request))];
  readonly #assets: Assets;
  readonly #seal = new SessionSeal();
  readonly #hash: Buffer;
  readonly #clock: Clock;
  readonly #start: number;
  #isUsed = false;

  /**
   * @param code the secret of the link
   * @throws {RangeError} for a short code
   */
  constructor(assets: Assets, code: string, clock: Clock = Date.now) {
    assertSecret('code', code);
    this.#assets = assets;
    this.#hash = hashOf(code);
    this.#clock = clock;
    this.#start = clock();
  }

  authenticate(request: IncomingMessage): Caller {
    assertLoopback(request);
    if (!this.#hasSession(request)) {
      throw new AccessError(
        'unauthenticated',
        'Open the dashboard by the link that its command has printed.',
        {
          headers: { 'WWW-Authenticate': 'Cookie' },
        },
      );
    }
    return { credential: 'link', userId: undefined, scopes: READ, courses: undefined, subject: undefined };
  }

  async enter(request: IncomingMessage, pathname: string, search: string): Promise<Caller | HttpResponse> {
    assertLoopback(request);
    if (this.#hasSession(request)) return this.authenticate(request);
    const { continuePage, linkPage } = await import('../dashboard/index.js');
    if (isFromOtherSite(request))
      return continuePage(this.#assets, pathname, '/open', nextOfPage(pathname, search));
    throw new RefusedSignIn('unauthenticated', undefined, linkPage(this.#assets, pathname));
  }

  /** Opens the session of a link, or leads a reader who comes from another site to the page. */
  async open(request: IncomingMessage): Promise<HttpResponse> {
    assertLoopback(request);
    const { linkPage, redirect } = await import('../dashboard/index.js');
    if (this.#hasSession(request)) return redirect(OPEN, nextOf(queryOf(request)));
    const isRight = timingSafeEqual(hashOf(queryOf(request).get('code') ?? ''), this.#hash);
    const isOver = this.#isUsed || this.#clock() >= this.#start + LINK_AGE;
    if (!isRight || isOver || isPrefetch(request)) {
      throw new RefusedSignIn('unauthenticated', undefined, linkPage(this.#assets, OPEN));
    }
    this.#isUsed = true;
    const expires = this.#clock() + SESSION_AGE;
    const sealed = this.#seal.seal({ kind: 'link', expires }) ?? '';
    const cookie = formatCookie(request, cookieName(request), sealed, SESSION_AGE / 1_000);
    return redirect(OPEN, '', { 'Set-Cookie': cookie });
  }

  #hasSession(request: IncomingMessage): boolean {
    const now = this.#clock();
    return readCookies(request, cookieName(request)).some(
      (sealed) => this.#seal.open(sealed, now)?.kind === 'link',
    );
  }
}

/** Browsers send a cookie to every port of a host, so that two programs with one name would end each other's session. */
function cookieName({ socket }: IncomingMessage): string {
  return `stats_dashboard_${socket.localPort}`;
}

/** A page of another site can reach the port by a name that resolves to 127.0.0.1 (DNS rebinding). */
function assertLoopback({ headers: { host = '' } }: IncomingMessage): void {
  if (LOOPBACK_HOST.test(host)) return;
  throw new AccessError('untrusted-host', 'The Host header must be a loopback name, such as localhost.');
}

/** True for a prefetch or a link preview, which must not use up the link. */
function isPrefetch({ method, headers }: IncomingMessage): boolean {
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'];
  return method === 'HEAD' || purpose !== undefined;
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
