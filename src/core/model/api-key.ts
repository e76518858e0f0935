import type { CourseId } from './ids.js';

/** What a credential may do beyond a learner's own data. */
export const SCOPES = ['stats:read', 'sessions:write', 'courses:write', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

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
  /** For the list of keys: 1 to 100 characters. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Default: all courses. */
  readonly courses?: readonly CourseId[] | undefined;
  /** RFC 3339. Default: the key never expires. */
  readonly expiresAt?: string | undefined;
}

/** A key with the hash of its secret, for the server. */
export interface StoredApiKey extends ApiKey {
  /** SHA-256 of the secret. */
  readonly secretHash: Buffer;
}

/** The API keys of a database. */
export interface ApiKeys {
  /**
   * Creates a key. Its text, `ssk_<id>_<secret>`, is returned only here.
   *
   * @throws {StatsError} `invalid-request`; `course-not-found`
   */
  create(key: NewApiKey): Promise<{ readonly key: ApiKey; readonly text: string }>;
  /** Returns all keys, also expired and revoked ones, in the order of their creation. */
  list(): Promise<readonly ApiKey[]>;
  /**
   * Revokes a key. Revoking it again changes nothing. Every server refuses it within 10 seconds.
   *
   * @throws {StatsError} `key-not-found`
   */
  revoke(keyId: string): Promise<ApiKey>;
  /** Returns `undefined` for an unknown key. */
  find(keyId: string): Promise<StoredApiKey | undefined>;
  /** Sets when keys were last used. A time before the stored one changes nothing; unknown keys are ignored. */
  touch(usedAt: ReadonlyMap<string, string>): Promise<void>;
}
