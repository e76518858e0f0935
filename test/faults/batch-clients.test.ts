import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from '../../src/core/store/open.js';
import { until } from '../support/condition.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

/** Milliseconds: twice as long as connections are kept in hand without a batch, and a little longer. */
const LAST = 25_000;

test('Connections of batches return to the pool when no batch has used them for a while', async () => {
  await using fixture = await createFixture('postgres');
  const database = await openDatabase(fixture.database.url, { create: false });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => database.close());
  const run = () => database.batches.findStats([{ userId: newUserId(), courseId: fixture.courseId }]);

  await Promise.all([run(), run()]);
  assert.deepEqual(database.connections?.(), { open: 2, idle: 0, awaited: 0 });

  // The pool ends what is idle in it for as long again; one that is not given back would stay.
  await until('connections given back', () => database.connections?.().idle === 2, LAST);
  await run();
  assert.deepEqual(database.connections?.(), { open: 2, idle: 1, awaited: 0 });
});
