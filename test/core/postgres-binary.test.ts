import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import {
  BIGINT,
  INTEGER,
  TIMESTAMPTZ,
  toArray,
  toTextArray,
  UUID,
} from '../../src/core/store/batches/postgres-binary.js';
import { createDatabase } from '../support/databases.js';

/** As Postgres writes as text what it has read in binary. */
async function readBack(type: string, array: Buffer): Promise<string[]> {
  await using database = await createDatabase('postgres');
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query("set timezone to 'UTC'");
    const { rows } = await client.query<[string]>({
      text: `select cast(value as text) from unnest(cast($1 as ${type}[])) with ordinality as sent(value, position)
        order by position`,
      values: [array],
      rowMode: 'array',
    });
    return rows.map(([value]) => value);
  } finally {
    await client.end();
  }
}

const same = <Value>(value: Value) => value;

test('Postgres reads ids of either case from a binary array', async () => {
  const ids = [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '01234567-89ab-cdef-0123-456789abcdef',
  ];
  assert.deepEqual(await readBack('uuid', toArray(UUID, ids, same)), ids);
  const upper = ids.map((id) => id.toUpperCase());
  assert.deepEqual(await readBack('uuid', toArray(UUID, upper, same)), ids);
});

test('Postgres reads integers up to 2^53 - 1 from a binary array exactly', async () => {
  const small = [0, 1, 100_000, 2 ** 31 - 1, -(2 ** 31)];
  assert.deepEqual(await readBack('integer', toArray(INTEGER, small, same)), small.map(String));
  const large = [0, 1, -1, 2 ** 32 - 1, 2 ** 32, 10_000_000_000, 2 ** 53 - 1, -(2 ** 53 - 1)];
  assert.deepEqual(await readBack('bigint', toArray(BIGINT, large, same)), large.map(String));
});

test('Postgres reads times from 1970 to 9999 from a binary array to the millisecond', async () => {
  const times = [
    '1970-01-01T00:00:00.000Z',
    '1999-12-31T23:59:59.999Z',
    '2000-01-01T00:00:00.000Z',
    '2026-11-22T10:00:00.001Z',
    '2285-06-05T23:47:34.743Z',
    '9999-12-31T23:59:59.999Z',
  ];
  const read = await readBack('timestamptz', toArray(TIMESTAMPTZ, times, same));
  assert.deepEqual(
    read.map((text) => new Date(text).toISOString()),
    times,
  );
});

test('Postgres reads any texts from a binary array, and empty arrays', async () => {
  const texts = ['', 'm1', 'a;b', '{"}\\,NULL', 'é–😀', '!~'.repeat(64_000)];
  assert.deepEqual(await readBack('text', toTextArray(texts)), texts);
  assert.deepEqual(await readBack('text', toTextArray([])), []);
  assert.deepEqual(await readBack('uuid', toArray<string, string>(UUID, [], same)), []);
});
