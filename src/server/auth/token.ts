/*
 * Authenticates requests by a bearer token (RFC 6750): a JWT of an issuer, or an API key of the database.
 *
 * Verifying a signature takes longer than most calls, so verified tokens are remembered until they expire. An API key is
 * remembered for a few seconds only, so that every process refuses it soon after it was revoked.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { hashSecret, parseApiKey, type ApiKeys, type StoredApiKey } from '../../core/model/api-key.js';
import type { Clock } from '../../core/model/time.js';
import { CallerCache, type VerifiedCaller } from './caller-cache.js';
import { AccessError, invalidToken, type Authenticator, type Caller } from './caller.js';
import type { JwtVerifier } from './jwt.js';

/** Milliseconds for which an API key is remembered. */
const KEY_AGE = 5_000;
/** Milliseconds between two writes of when a key was last used. */
const TOUCH_INTERVAL = 60_000;
/** Keys whose last use is remembered. */
const MAX_TOUCHED = 10_000;

const BEARER = /^bearer +([\x21-\x7e]+) *$/i;
const TOKEN = /^[\x21-\x7e]+$/;

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
  readonly #tokens: CallerCache;
  /** The callers of sessions, by the id of their API key. */
  readonly #holders: CallerCache;
  /** When the last use of a key was written. */
  readonly #touched = new Map<string, number>();

  constructor(options: TokenOptions) {
    const { clock = Date.now } = options;
    this.#options = options;
    this.#clock = clock;
    this.#tokens = new CallerCache(clock, async (token) =>
      token.startsWith('ssk_') ? this.#verifyKey(token) : this.#verifyJwt(token),
    );
    this.#holders = new CallerCache(clock, async (keyId) =>
      this.#holderOf(await options.keys?.find(keyId), keyId),
    );
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
    const verified = this.#tokens.find(token);
    return verified instanceof Promise
      ? verified.then((found) => this.#used(found).caller)
      : this.#used(verified).caller;
  }

  /**
   * Verifies a token that a person has entered.
   *
   * @throws {AccessError} `invalid-token`, `keys-unavailable`
   */
  async verify(token: string): Promise<VerifiedCaller> {
    if (!TOKEN.test(token)) throw invalidToken('it must be a token');
    return this.#used(await this.#tokens.find(token));
  }

  /**
   * Returns the caller of an API key that was verified before.
   *
   * @throws {AccessError} `invalid-token` if the key is no longer valid
   */
  async callerOfKey(keyId: string): Promise<Caller> {
    return this.#used(await this.#holders.find(keyId)).caller;
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
    return this.#holderOf(key, parsed.keyId);
  }

  #holderOf(key: StoredApiKey | undefined, keyId: string): VerifiedCaller {
    if (!key) throw invalidToken('it is not an API key of this service', keyId);
    if (key.revokedAt !== null) throw invalidToken('the API key is revoked', keyId);
    const expires = key.expiresAt === null ? Infinity : Date.parse(key.expiresAt);
    if (expires <= this.#clock()) throw invalidToken('the API key has expired', keyId);
    return { caller: callerOf(key), until: Math.min(this.#clock() + KEY_AGE, expires), expires };
  }

  /** Writes when a key was used. A failed write is ignored: the time of the last use is not worth a failed request. */
  #used(verified: VerifiedCaller): VerifiedCaller {
    const { credential, subject } = verified.caller;
    const { keys } = this.#options;
    if (credential !== 'api-key' || subject === undefined || !keys) return verified;
    const now = this.#clock();
    if (now - (this.#touched.get(subject) ?? -Infinity) < TOUCH_INTERVAL) return verified;
    if (this.#touched.size >= MAX_TOUCHED) this.#touched.clear();
    this.#touched.set(subject, now);
    void keys.touch(new Map([[subject, new Date(now).toISOString()]])).catch(() => undefined);
    return verified;
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
