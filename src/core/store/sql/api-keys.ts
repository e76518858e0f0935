import type { Selectable } from 'kysely';
import { isScope, type ApiKey, type StoredApiKey } from '../../model/api-key.js';
import { isId, toCourseId, type CourseId } from '../../model/ids.js';
import type { ApiKeysTable } from '../schema.js';
import type { StoreContext } from '../store.js';

type KeyRow = Selectable<ApiKeysTable>;

/** In the stored lists of scopes and of course ids, whose items never contain it. */
const SEPARATOR = ';';

/** Without the hash of the secret, which only authentication reads. */
const KEY_COLUMNS = [
  'key_id',
  'name',
  'scopes',
  'course_ids',
  'created_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
] as const;

export async function insertKey(context: StoreContext, key: StoredApiKey): Promise<void> {
  const createdAt = context.instant(key.createdAt);
  await context.kysely
    .insertInto('api_keys')
    .values({
      key_id: key.keyId,
      name: key.name,
      secret_hash: key.secretHash,
      scopes: key.scopes.join(SEPARATOR),
      course_ids: key.courses && key.courses.join(SEPARATOR),
      expires_at: key.expiresAt === null ? null : context.instant(key.expiresAt),
      last_used_at: null,
      revoked_at: null,
      created_at: createdAt,
      updated_at: createdAt,
    })
    .execute();
}

/** Returns the first of the courses that does not exist. */
export async function findMissingCourse(
  { kysely, id }: StoreContext,
  courseIds: readonly CourseId[],
): Promise<CourseId | undefined> {
  const courses = kysely.selectFrom('courses').select('course_id');
  const found = await courses.where('course_id', 'in', courseIds.map(id)).execute();
  const existing = new Set(found.map(({ course_id }) => course_id));
  return courseIds.find((courseId) => !existing.has(courseId));
}

export async function listKeys({ kysely }: StoreContext): Promise<ApiKey[]> {
  const keys = kysely.selectFrom('api_keys').select(KEY_COLUMNS);
  return (await keys.orderBy('created_at').orderBy('key_id').execute()).map(toApiKey);
}

export async function findKey({ kysely }: StoreContext, keyId: string): Promise<StoredApiKey | undefined> {
  const row = await kysely
    .selectFrom('api_keys')
    .select([...KEY_COLUMNS, 'secret_hash'])
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return row && { ...toApiKey(row), secretHash: row.secret_hash };
}

/** Revokes a key that is not revoked yet. Returns it, or `undefined` if there is no such key. */
export async function revokeKey(
  context: StoreContext,
  keyId: string,
  now: string,
): Promise<ApiKey | undefined> {
  await context.kysely
    .updateTable('api_keys')
    .set({ revoked_at: context.instant(now), updated_at: context.instant(now) })
    .where('key_id', '=', keyId)
    .where('revoked_at', 'is', null)
    .execute();
  const keys = context.kysely.selectFrom('api_keys').select(KEY_COLUMNS);
  const row = await keys.where('key_id', '=', keyId).executeTakeFirst();
  return row && toApiKey(row);
}

/** Updates keys in the order of their ids, so that two processes cannot deadlock. */
export async function touchKeys(context: StoreContext, usedAt: ReadonlyMap<string, string>): Promise<void> {
  for (const keyId of Array.from(usedAt.keys()).toSorted()) {
    const time = context.instant(usedAt.get(keyId) ?? '');
    await context.kysely
      .updateTable('api_keys')
      .set({ last_used_at: time })
      .where('key_id', '=', keyId)
      .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', time)]))
      .execute();
  }
}

/** Drops what this release does not know, so that a key never has more scopes or courses than were stored. */
function toApiKey(row: Pick<KeyRow, (typeof KEY_COLUMNS)[number]>): ApiKey {
  return {
    keyId: row.key_id,
    name: row.name,
    scopes: row.scopes.split(SEPARATOR).filter(isScope),
    courses: row.course_ids === null ? null : row.course_ids.split(SEPARATOR).filter(isId).map(toCourseId),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
