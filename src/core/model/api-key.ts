import { createHash, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { courseIdSchema, type CourseId } from './ids.js';
import { boundSchema, expiresAtSchema, type Clock } from './time.js';
import { document, rule } from './validation.js';

/*
 * The text of a key is `ssk_<id>_<secret>`: an id to find it by, and 32 random bytes that only the holder knows. The
 * database has the SHA-256 of the secret. A slow hash such as scrypt is for passwords, which can be guessed.
 */

const KEY_ID = /^[0-9a-f]{16}$/;
const API_KEY = /^ssk_([0-9a-f]{16})_([0-9a-f]{64})$/;

export const MAX_KEY_NAME = 100;
/** Maximum number of courses of a key. */
export const MAX_KEY_COURSES = 100;

/** The permissions of a credential beyond a learner's own data. */
export const SCOPES = ['stats:read', 'sessions:write', 'courses:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** True for the name of a scope. */
export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

/** An API key without its secret, which is not stored. */
export interface ApiKey {
  /** The part of the key between `ssk_` and the secret. */
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The only courses that the key may use; `null` for all. */
  readonly courses: readonly CourseId[] | null;
  readonly createdAt: string;
  /** `null` if the key never expires. */
  readonly expiresAt: string | null;
  /** To within a minute; `null` if the key was never used. */
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

export interface NewApiKey {
  /** For the list of keys: 1 to 100 characters after trimming, without control characters. */
  readonly name: string;
  /** At least one, because a key has no learner of its own. */
  readonly scopes: readonly Scope[];
  /** The only courses that the key may use: 1 to 100. Default: all courses. */
  readonly courses?: readonly CourseId[] | undefined;
  /** RFC 3339, in the future and at most 10 years ahead. Default: the key never expires. */
  readonly expiresAt?: string | undefined;
}

/** A key with the hash of its secret, for the server. */
export interface StoredApiKey extends ApiKey {
  /** SHA-256 of the secret. */
  readonly secretHash: Buffer;
}

/** The API keys of a database. With `readOnly`, `create` and `revoke` reject with `read-only`. */
export interface ApiKeys {
  /**
   * Creates a key. Its text, `ssk_<id>_<secret>`, is returned only here, and cannot be read again.
   *
   * @example
   * await using stats = await openStats({ database: 'sqlite:stats.db' });
   * const { key, text } = await stats.keys.create({ name: 'Reports', scopes: ['stats:read'] });
   * console.log(key.keyId, text.length);
   *
   * @throws {StatsError} `invalid-request`; `course-not-found`
   */
  create(key: NewApiKey): Promise<{ readonly key: ApiKey; readonly text: string }>;
  /** Returns all keys, also expired and revoked ones, in the order of their creation. */
  list(): Promise<readonly ApiKey[]>;
  /**
   * Revokes a key. Revoking it again changes nothing. Every server refuses it within 10 seconds.
   *
   * @throws {StatsError} `invalid-request`; `key-not-found`
   */
  revoke(keyId: string): Promise<ApiKey>;
  /** Returns `undefined` for an unknown key. */
  find(keyId: string): Promise<StoredApiKey | undefined>;
  /**
   * Sets when keys were last used. A time before the stored one changes nothing, and unknown keys are ignored. With
   * `readOnly`, it does nothing.
   */
  touch(usedAt: ReadonlyMap<string, string>): Promise<void>;
}

/** The two variable parts of a key's text. */
export interface KeyParts {
  readonly keyId: string;
  readonly secret: string;
}

export function newKeyParts(): KeyParts {
  return { keyId: randomBytes(8).toString('hex'), secret: randomBytes(32).toString('hex') };
}

export function formatApiKey({ keyId, secret }: KeyParts): string {
  return `ssk_${keyId}_${secret}`;
}

/** Returns `undefined` for text that is not an API key. A key of this form may be unknown, expired or revoked. */
export function parseApiKey(text: string): KeyParts | undefined {
  const [, keyId, secret] = API_KEY.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
}

/** Returns the SHA-256 of a secret, which is stored in its place. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

const nameError = rule(
  `must be text of 1 to ${MAX_KEY_NAME} characters after trimming, without control characters`,
);
const scopesError = rule(
  `must be a list of at least one scope (${SCOPES.join(', ')}), because a key without scopes may do nothing`,
);
const scopeError = rule(`must be one of ${SCOPES.join(', ')}`);
const coursesError = rule(
  `must be a list of 1 to ${MAX_KEY_COURSES} course ids; leave it out for all courses`,
);
/** Without the value, which could be a whole key with its secret. */
const keyIdError = 'must be 16 hexadecimal digits';

/** The schemas of the arguments of {@link ApiKeys}. */
export function apiKeySchemas(clock: Clock) {
  return {
    create: z.strictObject({
      key: document({
        name: z
          .string({ error: nameError })
          .trim()
          .refine((name) => name.isWellFormed() && !/\p{Cc}/u.test(name), { error: nameError })
          .refine((name) => name !== '' && Array.from(name).length <= MAX_KEY_NAME, { error: nameError }),
        scopes: z
          .array(z.enum(SCOPES, { error: scopeError }), { error: scopesError })
          .min(1, { error: scopesError })
          .overwrite(sortedSet),
        courses: z
          .array(courseIdSchema, { error: coursesError })
          .min(1, { error: coursesError })
          .max(MAX_KEY_COURSES, { error: coursesError })
          .overwrite(sortedSet)
          .optional(),
        expiresAt: expiresAtSchema(clock).optional(),
      }),
    }),
    revoke: z.strictObject({
      keyId: z.string({ error: keyIdError }).toLowerCase().regex(KEY_ID, { error: keyIdError }),
    }),
    touch: z.strictObject({ usedAt: z.map(z.string(), boundSchema) }),
  };
}

function sortedSet<Item extends string>(items: readonly Item[]): Item[] {
  return Array.from(new Set(items)).toSorted();
}
