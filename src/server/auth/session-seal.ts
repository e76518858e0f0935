/*
 * The value of the cookie of a dashboard's session. The server stores nothing: the cookie contains the reader and the end of
 * the session, encrypted and authenticated by AES-256-GCM, so that only processes with the secret can read or change it.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { SCOPES } from '../../core/model/api-key.js';
import { assertSecret, newSecret } from './secret.js';

/** Bytes. */
const [KEY, NONCE, TAG] = [32, 12, 16];
const CIPHER = 'aes-256-gcm';
/** Characters of a cookie, of which browsers store 4,096 with its name. */
const MAX_SEALED = 4_000;

/** Milliseconds since 1970. */
const expires = z.int();

/** The reader of a session. The scopes and courses of an API key are read from the database. */
const claimsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('key'), keyId: z.string(), expires }),
  z.strictObject({
    kind: z.literal('learner'),
    userId: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    courses: z.array(z.string()).optional(),
    expires,
  }),
  z.strictObject({ kind: z.literal('link'), expires }),
]);

export type SessionClaims = z.output<typeof claimsSchema>;

export class SessionSeal {
  readonly #key: Buffer;

  /** @throws {RangeError} for a short secret */
  constructor(secret: string = newSecret()) {
    assertSecret('sessionSecret', secret);
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'stats-service dashboard session', KEY));
  }

  /** Returns `undefined` if the claims are too large for a cookie. */
  seal(claims: SessionClaims): string | undefined {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    // About 135 ids of courses fit. Without compression, fewer would.
    const content = cipher.update(deflateRawSync(JSON.stringify(claims)));
    const sealed = Buffer.concat([nonce, content, cipher.final(), cipher.getAuthTag()]).toString('base64url');
    return sealed.length <= MAX_SEALED ? sealed : undefined;
  }

  /** Returns `undefined` for a session that has ended, or that this secret has not sealed. */
  open(sealed: string, now: number): SessionClaims | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (sealed.length > MAX_SEALED || bytes.length < NONCE + TAG) return undefined;
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAuthTag(bytes.subarray(-TAG));
      const content = decipher.update(bytes.subarray(NONCE, -TAG));
      // Throws unless the tag is right, before anything of the content is used.
      const text = inflateRawSync(Buffer.concat([content, decipher.final()])).toString();
      const { data } = claimsSchema.safeParse(JSON.parse(text));
      return data && now < data.expires ? data : undefined;
    } catch {
      return undefined;
    }
  }
}
