import type { Clock } from '../../core/model/time.js';
import type { Caller } from './caller.js';

export interface VerifiedCaller {
  readonly caller: Caller;
  /** When the credential must be verified again, in milliseconds since 1970. */
  readonly until: number;
  /** When the credential expires, in milliseconds since 1970; `Infinity` if never. */
  readonly expires: number;
}

/** Characters of a credential to remember. A longer one is verified for each request. */
const MAX_LENGTH = 4_096;
/** Callers to remember, about 1 KB each. */
const MAX_REMEMBERED = 10_000;

/** The callers of recent requests, because verifying a credential takes longer than most calls. */
export class CallerCache {
  readonly #clock: Clock;
  readonly #verify: (credential: string) => Promise<VerifiedCaller>;
  readonly #remembered = new Map<string, VerifiedCaller>();
  /** Verifications in flight, shared by concurrent requests. */
  readonly #verifying = new Map<string, Promise<VerifiedCaller>>();

  constructor(clock: Clock, verify: (credential: string) => Promise<VerifiedCaller>) {
    this.#clock = clock;
    this.#verify = verify;
  }

  /** A remembered caller is returned without a promise, which would take longer than the rest. */
  find(credential: string): VerifiedCaller | Promise<VerifiedCaller> {
    const remembered = this.#remembered.get(credential);
    if (remembered && this.#clock() < remembered.until) return remembered;
    let verifying = this.#verifying.get(credential);
    if (!verifying) {
      verifying = this.#verifyAndRemember(credential).finally(() => this.#verifying.delete(credential));
      this.#verifying.set(credential, verifying);
    }
    return verifying;
  }

  async #verifyAndRemember(credential: string): Promise<VerifiedCaller> {
    const verified = await this.#verify(credential);
    if (credential.length > MAX_LENGTH) return verified;
    this.#remembered.delete(credential);
    if (this.#remembered.size >= MAX_REMEMBERED) {
      const [oldest = ''] = this.#remembered.keys();
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(credential, verified);
    return verified;
  }
}
