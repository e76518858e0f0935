import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pace } from '../../../src/core/bulk/pace.js';

const BULK = {
  alone: { weight: 4_000, inFlight: 2 },
  shared: { weight: 100, inFlight: 1, pause: 1 },
};

test('A lone bulk writer sizes its transactions to 0.1 s, and a small last one changes nothing', async () => {
  const pace = new Pace({ bulk: BULK, othersAtWork: async () => false });
  await pace.ended(100, 10);
  assert.deepEqual(await pace.next(), { weight: 1_000, inFlight: 2 });
  await pace.ended(7, 0.01);
  assert.deepEqual(await pace.next(), { weight: 1_000, inFlight: 2 });
});

test('Beside other clients, a bulk writer runs small transactions, one at a time', async () => {
  const pace = new Pace({ bulk: BULK, othersAtWork: async () => true });
  assert.deepEqual(await pace.next(), BULK.shared);
});

test('A bulk writer proceeds as if it were alone while the database is unavailable', async () => {
  const pace = new Pace({ bulk: BULK, othersAtWork: () => Promise.reject(new Error('away')) });
  assert.equal((await pace.next()).inFlight, 2);
});
