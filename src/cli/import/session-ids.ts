import type { Values } from './readers/entry.js';

/** About 50 MB. */
const MAX_IDS = 1_000_000;
/** Hexadecimal digits of an id that a number can hold exactly. */
const ID_DIGITS = 13;

/** A bounded set of the derived ids of sessions. */
export class SessionIdSet {
  readonly #ids = new Set<number>();

  /** True if it takes no further ids. */
  get isFull(): boolean {
    return this.#ids.size === MAX_IDS;
  }

  has(session: Values): boolean {
    return this.#ids.has(toNumber(session));
  }

  add(session: Values): void {
    if (!this.isFull) this.#ids.add(toNumber(session));
  }
}

function toNumber({ sessionId }: Values): number {
  return Number.parseInt(String(sessionId).replaceAll('-', '').slice(0, ID_DIGITS), 16);
}
