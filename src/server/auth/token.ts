/*
 * Authenticates requests by a bearer token (RFC 6750): a JWT of an issuer, or an API key of the database.
 *
 * Verifying a signature takes longer than most calls, so verified tokens are remembered until they expire. An API key is
 * remembered for a few seconds only, so that every process refuses it soon after it was revoked.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hashSecret, parseApiKey, type ApiKeys, type StoredApiKey } from '../../core/model/api-key.js';
import { AccessError, invalidToken, type Authenticator, type Caller } from './caller.js';
import type { Clock } from '../../core/model/time.js';
import type { JwtVerifier, VerifiedCaller } from './jwt.js';

/** Characters of a token to remember. A longer one is verified for each request. */
const MAX_LENGTH = 4_096;
/** Credentials to remember, about 1 KB each. */
const MAX_REMEMBERED = 10_000;
/** Milliseconds for which an API key is remembered. */
const KEY_AGE = 5_000;
/** Milliseconds between two writes of when a key was last used. */
const TOUCH_INTERVAL = 60_000;
/** Keys whose last use is remembered. */
const MAX_TOUCHED = 10_000;

const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

interface TokenOptions {
  /** `undefined` refuses every JWT. */
  readonly jwt: JwtVerifier | undefined;
  /** `undefined` refuses every API key. */
  readonly keys: ApiKeys | undefined;
  readonly clock?: Clock;
}

export class TokenAuthenticator implements Authenticator {
  readonly #options: TokenOptions;
  readonly #clock: Clock;
  readonly #remembered = new Map<string, VerifiedCaller>();
  /** Verifications in flight, shared by concurrent requests. */
  readonly #verifying = new Map<string, Promise<Caller>>();
  /** When the last use of a key was written. */
  readonly #touched = new Map<string, number>();

  constructor(options: TokenOptions) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
  }

  authenticate({ headers: { authorization } }: IncomingMessage): Caller | Promise<Caller> {
    if (authorization === undefined) {
      const headers = { 'WWW-Authenticate': 'Bearer' };
      throw new AccessError('unauthenticated', 'Send "Authorization: Bearer" with a token or an API key.', {
        headers,
      });
    }
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw invalidToken('it must be "Bearer" and a token');
    const remembered = this.#remembered.get(token);
    if (remembered && this.#clock() < remembered.until) {
      this.#touch(remembered.caller);
      return remembered.caller;
    }
    let verifying = this.#verifying.get(token);
    if (!verifying) {
      verifying = this.#verify(token).finally(() => this.#verifying.delete(token));
      this.#verifying.set(token, verifying);
    }
    return verifying;
  }

  async #verify(token: string): Promise<Caller> {
    const verified = await (token.startsWith('ssk_') ? this.#verifyKey(token) : this.#verifyJwt(token));
    this.#touch(verified.caller);
    if (token.length > MAX_LENGTH) return verified.caller;
    this.#remembered.delete(token);
    if (this.#remembered.size >= MAX_REMEMBERED) {
      const [oldest = ''] = this.#remembered.keys();
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(token, verified);
    return verified.caller;
  }

  #verifyJwt(token: string): Promise<VerifiedCaller> {
    if (this.#options.jwt) return this.#options.jwt.verify(token);
    throw invalidToken('this server takes API keys only');
  }

  async #verifyKey(text: string): Promise<VerifiedCaller> {
    const parsed = parseApiKey(text);
    if (!parsed || !this.#options.keys) throw invalidToken('it is not an API key of this service');
    const key = await this.#options.keys.find(parsed.keyId);
    const hash = hashSecret(parsed.secret);
    // An unknown key takes the same time as a wrong secret.
    const isRight = timingSafeEqual(hash, key?.secretHash ?? Buffer.alloc(hash.length));
    if (!key || !isRight) throw invalidToken('it is not an API key of this service', parsed.keyId);
    if (key.revokedAt !== null) throw invalidToken('the API key is revoked', key.keyId);
    const expires = key.expiresAt === null ? Infinity : Date.parse(key.expiresAt);
    if (expires <= this.#clock()) throw invalidToken('the API key has expired', key.keyId);
    return { caller: callerOf(key), until: Math.min(this.#clock() + KEY_AGE, expires) };
  }

  /** A failed write is ignored: the time of the last use is not worth a failed request. */
  #touch({ credential, subject }: Caller): void {
    const { keys } = this.#options;
    if (credential !== 'api-key' || subject === undefined || !keys) return;
    const now = this.#clock();
    if (now - (this.#touched.get(subject) ?? -Infinity) < TOUCH_INTERVAL) return;
    if (this.#touched.size >= MAX_TOUCHED) this.#touched.clear();
    this.#touched.set(subject, now);
    void keys.touch(new Map([[subject, new Date(now).toISOString()]])).catch(() => undefined);
  }
}

function callerOf({ keyId, scopes, courses }: StoredApiKey): Caller {
  return {
    credential: 'api-key',
    userId: undefined,
    scopes: new Set(scopes),
    courses: courses === null ? undefined : new Set(courses),
    subject: keyId,
  };
}
