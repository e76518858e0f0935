import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Scope } from '../../core/model/api-key.js';
import { HttpError, type Headers, type HttpErrorCode } from '../problem.js';

/** The sender of a request, with its permissions. */
export interface Caller {
  /** `link`: the one-time link of a local dashboard. */
  readonly credential: 'gateway' | 'jwt' | 'api-key' | 'link';
  /** The caller's own learner; `undefined` for an API key. */
  readonly userId: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  /** The only courses that the caller may use; `undefined` for all. */
  readonly courses: ReadonlySet<string> | undefined;
  /** Identifies the caller in the security log: the id of an API key, or a hash of the learner. */
  readonly subject: string | undefined;
  /** True if the cookie of a session authenticates the caller, who can sign out. */
  readonly isSession?: boolean;
}

export interface Authenticator {
  /**
   * A cached result is returned without a promise, which would take longer than the rest.
   *
   * @throws {HttpError} if the request has no valid credential
   */
  authenticate(request: IncomingMessage): Caller | Promise<Caller>;
}

/** True if the caller has the scope or `admin`. */
export function hasScope({ scopes }: Pick<Caller, 'scopes'>, scope: Scope): boolean {
  return scopes.has(scope) || scopes.has('admin');
}

/** An error that the security log records. It never contains a credential. */
export class AccessError extends HttpError {
  /** Identifies the refused caller, as {@link Caller.subject}. */
  readonly subject: string | undefined;
  readonly scope: Scope | undefined;

  constructor(
    code: HttpErrorCode,
    detail: string,
    { subject, scope, headers }: { subject?: string | undefined; scope?: Scope; headers?: Headers } = {},
  ) {
    super(code, detail, [], headers);
    this.subject = subject;
    this.scope = scope;
  }
}

/** RFC 6750, section 3.1. */
export function invalidToken(reason: string, subject?: string): AccessError {
  const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };
  return new AccessError('invalid-token', `The credential is not valid: ${reason}.`, { subject, headers });
}

export function insufficientScope(detail: string, scope: Scope, subject?: string): AccessError {
  const headers = { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
  return new AccessError('insufficient-scope', detail, { subject, scope, headers });
}

/** Hexadecimal digits of a hash in the log, enough to tell learners apart. */
const HASH_DIGITS = 16;

/** Returns a hash of a learner for the log, which has no personal data. */
export function subjectOf(userId: string): string {
  return createHash('sha256').update(userId).digest('hex').slice(0, HASH_DIGITS);
}
