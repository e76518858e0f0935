/*
 * The public keys of an issuer (JWKS, RFC 7517).
 *
 * A token with an unknown key id may be signed with a key that the issuer has just rotated in, so the keys are loaded
 * again before it is refused. The load begins after the request has arrived; an earlier one could miss the new key. Loads
 * begin at least a second apart, so that forged tokens do not become load for the issuer: requests wait for the next one.
 */
import { setTimeout } from 'node:timers/promises';
import type { CompactJWSHeaderParameters, CryptoKey, errors, FlattenedJWSInput, JSONWebKeySet } from 'jose';
import { overloaded } from '../../core/errors.js';
import { AccessError, invalidToken } from './caller.js';

/** Milliseconds between the beginnings of two loads. */
const COOL_DOWN = 1_000;
/** Milliseconds after which the keys are loaded again in the background, so that removed keys lose their effect. */
export const MAX_AGE = 300_000;
/** Requests that wait for a load. */
const MAX_WAITING = 1_000;

type Header = CompactJWSHeaderParameters;
type FindKey = (header: Header, token: FlattenedJWSInput) => Promise<CryptoKey>;

export class KeySet {
  readonly #load: () => Promise<JSONWebKeySet>;
  #find: FindKey | undefined;
  /** When the load of the present keys began. */
  #begun = -Infinity;
  #lastBegun = -Infinity;
  #failedAt = -Infinity;
  /** The load that has not begun yet. */
  #next: Promise<void> | undefined;
  #waiting = 0;

  /** @param load fetches the keys */
  constructor(load: () => Promise<JSONWebKeySet>) {
    this.#load = load;
  }

  /**
   * Returns the key of a token.
   *
   * @throws {AccessError} `keys-unavailable` if the keys cannot be loaded and a key is needed
   * @throws the error of jose if no key matches
   */
  async find(header: Header, token: FlattenedJWSInput): Promise<CryptoKey> {
    const arrived = performance.now();
    const { errors } = await import('jose');
    if (this.#find && arrived - this.#begun > MAX_AGE) void this.#refresh().catch(() => undefined);
    try {
      if (this.#find) return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw unusable(error, errors.JOSEError);
    }
    await this.#loadedAfter(arrived);
    if (!this.#find) throw keysUnavailable();
    return this.#find(header, token).catch((error: unknown) => {
      throw unusable(error, errors.JOSEError);
    });
  }

  async #loadedAfter(arrived: number): Promise<void> {
    if (this.#begun >= arrived) return;
    if (arrived - this.#failedAt < COOL_DOWN) throw keysUnavailable();
    if (this.#waiting >= MAX_WAITING) throw overloaded();
    this.#waiting++;
    try {
      await this.#refresh();
    } catch (error) {
      throw keysUnavailable(error);
    } finally {
      this.#waiting--;
    }
  }

  /** Every caller before the load begins shares it. */
  #refresh(): Promise<void> {
    this.#next ??= this.#begin();
    return this.#next;
  }

  async #begin(): Promise<void> {
    const wait = this.#lastBegun + COOL_DOWN - performance.now();
    if (wait > 0) await setTimeout(wait, undefined, { ref: false });
    // Callers from now on need the load after this one.
    await Promise.resolve();
    this.#next = undefined;
    const begun = performance.now();
    this.#lastBegun = begun;
    try {
      const [keys, { createLocalJWKSet }] = await Promise.all([this.#load(), import('jose')]);
      const find = createLocalJWKSet(keys);
      if (begun < this.#begun) return;
      this.#find = find;
      this.#begun = begun;
    } catch (error) {
      this.#failedAt = performance.now();
      throw error;
    }
  }
}

/** A key that WebCrypto cannot import, such as RSA of fewer than 2,048 bits, is not a defect of this program. */
function unusable(error: unknown, expected: typeof errors.JOSEError): unknown {
  return error instanceof expected ? error : invalidToken('its key cannot be used');
}

function keysUnavailable(cause?: unknown): AccessError {
  const error = new AccessError(
    'keys-unavailable',
    'The keys of the issuer cannot be loaded. Try again later.',
  );
  error.cause = cause;
  return error;
}
