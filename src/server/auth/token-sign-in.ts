/*
 * The sign-in of readers who have a JWT or an API key. The form of `/dashboard/sign-in` sends it once, and the cookie that
 * the browser gets in return is the credential of pages only: no other route reads it, so it can change nothing.
 *
 * A sign-in session ends after an hour, or earlier with the token. That of an API key also ends when the key is revoked, because
 * each request finds the key by its id, in the same few seconds as requests with the key itself.
 */
import type { IncomingMessage } from 'node:http';
import type { VerifiedCaller } from './caller-cache.js';
import { AccessError, subjectOf, type Caller } from './caller.js';
import { SessionSeal, type SessionClaims } from './session-seal.js';
import type { TokenAuthenticator } from './token.js';
import type { Assets } from '../assets.js';
import { readForm } from '../body.js';
import type { Clock } from '../../core/model/time.js';
import type { HttpResponse } from '../response.js';
import {
  assertSameSite,
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

const COOKIE = 'stats_session';
const ROOT = '/dashboard';
const SIGN_IN = `${ROOT}/sign-in`;
const OPEN = `${ROOT}/session`;
const CLOSE = `${ROOT}/sign-out`;
/** Milliseconds. */
const MAX_AGE = 3_600_000;

type TokenClaims = Exclude<SessionClaims, { kind: 'link' }>;

interface TokenSignInOptions {
  /** The secret of all servers that share the sessions. Default: a random one. */
  readonly secret: string | undefined;
  readonly clock?: Clock;
}

export class TokenSignIn implements SignInSessions {
  readonly routes = [
    signInRoute('GET', SIGN_IN, (request) => this.#form(nextOf(queryOf(request)))),
    signInRoute('POST', OPEN, (request) => this.#open(request)),
    signInRoute('GET', OPEN, (request) => this.#continue(request)),
    signInRoute('POST', CLOSE, (request) => this.#close(request)),
  ];
  readonly #assets: Assets;
  readonly #authenticator: TokenAuthenticator;
  readonly #seal: SessionSeal;
  readonly #clock: Clock;

  /** @throws {RangeError} for a short secret */
  constructor(
    assets: Assets,
    authenticator: TokenAuthenticator,
    { secret, clock = Date.now }: TokenSignInOptions,
  ) {
    this.#assets = assets;
    this.#authenticator = authenticator;
    this.#seal = new SessionSeal(secret);
    this.#clock = clock;
  }

  async enter(request: IncomingMessage, pathname: string, search: string): Promise<Caller | HttpResponse> {
    if (request.headers.authorization !== undefined) return this.#authenticator.authenticate(request);
    const { continuePage, signInRedirect } = await import('../dashboard/index.js');
    const next = nextOfPage(pathname, search);
    let refused: AccessError | undefined;
    for (const claims of this.#claimsIn(request)) {
      try {
        return { ...(await this.#callerOf(claims)), isSession: true };
      } catch (error) {
        if (!(error instanceof AccessError)) throw error;
        refused ??= error;
      }
    }
    if (refused) throw new RefusedSignIn(refused.code, refused.subject, signInRedirect(pathname, next));
    return isFromOtherSite(request)
      ? continuePage(this.#assets, pathname, '/session', next)
      : signInRedirect(pathname, next);
  }

  #claimsIn(request: IncomingMessage): TokenClaims[] {
    const now = this.#clock();
    return readCookies(request, COOKIE).flatMap((sealed) => {
      const claims = this.#seal.open(sealed, now);
      return claims && claims.kind !== 'link' ? claims : [];
    });
  }

  async #callerOf(claims: TokenClaims): Promise<Caller> {
    if (claims.kind === 'key') return this.#authenticator.callerOfKey(claims.keyId);
    const { userId, scopes, courses } = claims;
    return {
      credential: 'jwt',
      userId,
      scopes: new Set(scopes),
      courses: courses && new Set(courses),
      subject: subjectOf(userId),
    };
  }

  async #open(request: IncomingMessage): Promise<HttpResponse> {
    assertSameSite(request);
    const form = await readForm(request);
    const next = nextOf(form);
    const verified = await this.#verify(form.get('credential')?.trim() ?? '', next);
    const now = this.#clock();
    const age = Math.floor((Math.min(verified.expires, now + MAX_AGE) - now) / 1_000);
    // The token is within the tolerance of the clocks.
    if (age < 1) throw await this.#refuse(next, verified.caller.subject);
    const sealed = this.#seal.seal(claimsOf(verified.caller, now + age * 1_000));
    if (sealed === undefined) {
      return this.#form(next, 403, 'The token is limited to more courses than a session can hold.');
    }
    const { redirect } = await import('../dashboard/index.js');
    return redirect(OPEN, next, { 'Set-Cookie': formatCookie(request, COOKIE, sealed, age) });
  }

  /** Leads a reader who comes from another site to the page. If there is no cookie here either, there is no session. */
  async #continue(request: IncomingMessage): Promise<HttpResponse> {
    const next = nextOf(queryOf(request));
    const { redirect, signInRedirect } = await import('../dashboard/index.js');
    return this.#claimsIn(request).length > 0 ? redirect(OPEN, next) : signInRedirect(OPEN, next);
  }

  async #verify(credential: string, next: string): Promise<VerifiedCaller> {
    try {
      return await this.#authenticator.verify(credential);
    } catch (error) {
      if (!(error instanceof AccessError) || error.code !== 'invalid-token') throw error;
      throw await this.#refuse(next, error.subject);
    }
  }

  /** The page does not say what is wrong. The log has the id of the API key. */
  async #refuse(next: string, subject: string | undefined): Promise<RefusedSignIn> {
    const page = await this.#form(next, 401, 'The token or API key is not accepted.');
    return new RefusedSignIn('invalid-token', subject, page);
  }

  async #form(next: string, status?: number, message?: string): Promise<HttpResponse> {
    const { signInPage } = await import('../dashboard/index.js');
    return signInPage(this.#assets, { next, status, message });
  }

  async #close(request: IncomingMessage): Promise<HttpResponse> {
    assertSameSite(request);
    const { redirect } = await import('../dashboard/index.js');
    return redirect(CLOSE, '/sign-in', { 'Set-Cookie': formatCookie(request, COOKIE, '', 0) });
  }
}

function claimsOf({ credential, userId, scopes, courses, subject }: Caller, expires: number): SessionClaims {
  if (credential === 'api-key') return { kind: 'key', keyId: subject ?? '', expires };
  return {
    kind: 'learner',
    userId: userId ?? '',
    scopes: Array.from(scopes),
    ...(courses && { courses: Array.from(courses) }),
    expires,
  };
}
