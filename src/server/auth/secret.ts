import { randomBytes } from 'node:crypto';

/** Bytes of a secret. */
const MIN_SECRET = 32;

/** Returns a random secret, for `sessionSecret` or the `code` of a link. */
export function newSecret(): string {
  return randomBytes(MIN_SECRET).toString('base64url');
}

/**
 * @param name the option, for the message
 * @throws {RangeError} for a short secret
 */
export function assertSecret(name: string, secret: string): void {
  const size = Buffer.byteLength(secret);
  if (size < MIN_SECRET) {
    throw new RangeError(`${name} has ${size} bytes; it must have at least ${MIN_SECRET}.`);
  }
}
