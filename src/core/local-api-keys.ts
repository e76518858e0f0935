import type { InFlightLimiter } from './batching/in-flight-limiter.js';
import { courseNotFound, keyNotFound, serviceReadOnly } from './errors.js';
import {
  apiKeySchemas,
  formatApiKey,
  hashSecret,
  isKeyId,
  newKeyParts,
  type ApiKey,
  type ApiKeys,
  type NewApiKey,
  type StoredApiKey,
} from './model/api-key.js';
import { toInstant, type Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import {
  findKey,
  findMissingCourse,
  insertKey,
  listKeys,
  revokeKey,
  touchKeys,
} from './store/sql/api-keys.js';
import type { Store, TransactionContext } from './store/store.js';

interface LocalApiKeysOptions {
  readonly clock: Clock;
  readonly readOnly: boolean;
  readonly limiter: InFlightLimiter;
}

/** The API keys of a database. Their calls count towards the limit of the calls in flight. */
export class LocalApiKeys implements ApiKeys {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #readOnly: boolean;
  readonly #limiter: InFlightLimiter;
  readonly #schemas: ReturnType<typeof apiKeySchemas>;

  constructor(store: Store, { clock, readOnly, limiter }: LocalApiKeysOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.#limiter = limiter;
    this.#schemas = apiKeySchemas(clock);
  }

  async create(newKey: NewApiKey): Promise<{ key: ApiKey; text: string }> {
    const checked = parseCall(this.#schemas.create, { key: newKey }).key;
    const { name, scopes, courses = null, expiresAt = null } = checked;
    this.#assertWritable();
    const parts = newKeyParts();
    const key: ApiKey = {
      keyId: parts.keyId,
      name,
      scopes,
      courses,
      createdAt: toInstant(this.#clock()),
      expiresAt,
      lastUsedAt: null,
      revokedAt: null,
    };
    await this.#transact(async (context) => {
      const missing = courses && (await findMissingCourse(context, courses));
      if (missing) throw courseNotFound(missing);
      await insertKey(context, { ...key, secretHash: hashSecret(parts.secret) });
    });
    return { key, text: formatApiKey(parts) };
  }

  async list(): Promise<readonly ApiKey[]> {
    return this.#limiter.run(() => listKeys(this.#store));
  }

  async revoke(id: string): Promise<ApiKey> {
    const { keyId } = parseCall(this.#schemas.revoke, { keyId: id });
    this.#assertWritable();
    const key = await this.#transact((context) => revokeKey(context, keyId, toInstant(this.#clock())));
    if (!key) throw keyNotFound(keyId);
    return key;
  }

  async find(keyId: string): Promise<StoredApiKey | undefined> {
    return isKeyId(keyId) ? this.#limiter.run(() => findKey(this.#store, keyId)) : undefined;
  }

  async touch(uses: ReadonlyMap<string, string>): Promise<void> {
    const { usedAt } = parseCall(this.#schemas.touch, { usedAt: uses });
    const known = new Map(Array.from(usedAt).filter(([keyId]) => isKeyId(keyId)));
    if (this.#readOnly || known.size === 0) return;
    await this.#transact((context) => touchKeys(context, known));
  }

  #assertWritable(): void {
    if (this.#readOnly) throw serviceReadOnly();
  }

  #transact<T>(work: (context: TransactionContext) => Promise<T>): Promise<T> {
    return this.#limiter.run(() => this.#store.transact(work));
  }
}
