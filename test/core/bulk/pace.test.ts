import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../src/core/bulk/pace.js';

const BULK = {
  alone: { weight: 4_000, inFlight: 2 },
  shared: { weight: 100, inFlight: 1, pause: 1 },
};

test('alone, a transaction is as large as a tenth of a second allows; a small rest teaches nothing', async () => {
  const pace = new Pace({ bulk: BULK, othersAtWork: async () => false });
  await pace.ended(100, 10);
  assert.deepEqual(await pace.next(), { weight: 1_000, inFlight: 2 });
  await pace.ended(7, 0.01);
  assert.deepEqual(await pace.next(), { weight: 1_000, inFlight: 2 });
});

test('beside others it is small, one at a time', async () => {
  const pace = new Pace({ bulk: BULK, othersAtWork: async () => true });
  assert.deepEqual(await pace.next(), BULK.shared);
});

test('a database that is away does not say whether others are at work: recording is tried', async () => {
  const pace = new Pace({ bulk: BULK, othersAtWork: () => Promise.reject(new Error('away')) });
  assert.equal((await pace.next()).inFlight, 2);
});
