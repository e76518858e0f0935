import { randomUUID } from 'node:crypto';

/** Hexadecimal digits of a UUID that count. */
const DIGITS = 12;
/** RFC 9562, section 5.8: a UUID whose bits mean what its maker says. */
const CUSTOM = '8';

/**
 * Makes ids for requests that bring none: 74 random bits, so that no two servers make the same, and a number.
 * Random bits for each would cost as much as finding its route.
 */
export class RequestIds {
  readonly #prefix = toCustom(randomUUID()).slice(0, -DIGITS);
  #made = 0;

  next(): string {
    this.#made++;
    return this.#prefix + this.#made.toString(16).padStart(DIGITS, '0');
  }
}

/** The version is the first digit of the third group. */
function toCustom(uuid: string): string {
  return `${uuid.slice(0, 14)}${CUSTOM}${uuid.slice(15)}`;
}
