/*
 * The session of `stats-service dashboard`: the person who runs the program opens the dashboard by a link that works once.
 * Everything but the sign-in needs the cookie of that session, also the API, because other people and the pages of other
 * sites in the browser can reach the port, too.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Scope } from '../../core/model/api-key.js';
import type { Clock } from '../../core/model/time.js';
import { AccessError, type Authenticator, type Caller } from '../auth/caller.js';
import { LOOPBACK_HOST } from '../auth/gateway.js';
import { SessionSeal } from '../auth/session-seal.js';
import type { HttpResponse } from '../response.js';
import {
  formatCookie,
  isFromOtherSite,
  nextOf,
  nextOfPage,
  queryOf,
  readCookies,
  RefusedSession,
  sessionRoute,
  type Sessions,
} from './sessions.js';

const OPEN = '/dashboard/open';
/** Milliseconds for which the link works. */
const LINK_AGE = 300_000;
/** Milliseconds of a session, a working day. It ends with the program, whose secret is random. */
const SESSION_AGE = 12 * 3_600_000;
const READ: ReadonlySet<Scope> = new Set<Scope>(['stats:read']);

export class LinkSessions implements Authenticator, Sessions {
  readonly routes = [sessionRoute('GET', OPEN, (request) => this.open(request))];
  readonly #seal = new SessionSeal();
  readonly #hash: Buffer;
  readonly #clock: Clock;
  readonly #start: number;
  #isUsed = false;

  /** @param code the secret of the link */
  constructor(code: string, clock: Clock = Date.now) {
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
    const { continuePage, linkPage } = await import('./index.js');
    if (isFromOtherSite(request)) return continuePage(pathname, '/open', nextOfPage(pathname, search));
    throw new RefusedSession('unauthenticated', undefined, linkPage(pathname));
  }

  /** Opens the session of a link, or leads a reader who comes from another site to the page. */
  async open(request: IncomingMessage): Promise<HttpResponse> {
    assertLoopback(request);
    const { linkPage, redirect } = await import('./index.js');
    if (this.#hasSession(request)) return redirect(OPEN, nextOf(queryOf(request)));
    const isRight = timingSafeEqual(hashOf(queryOf(request).get('code') ?? ''), this.#hash);
    const isOver = this.#isUsed || this.#clock() >= this.#start + LINK_AGE;
    if (!isRight || isOver || isPrefetch(request)) {
      throw new RefusedSession('unauthenticated', undefined, linkPage(OPEN));
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

/** True if the browser or a preview only looks at the link. That must not use it up. */
function isPrefetch({ method, headers }: IncomingMessage): boolean {
  const purpose = headers['sec-purpose'] ?? headers['purpose'] ?? headers['x-moz'];
  return method === 'HEAD' || purpose !== undefined;
}

function hashOf(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
