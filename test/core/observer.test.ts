import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { Metrics } from '../../src/server/index.js';
import { createDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';

function fail(): never {
  throw new Error('The observer is broken.');
}

test('A call succeeds even if the observer throws', async () => {
  const observer = { opened: () => undefined, batch: fail, trouble: fail };
  await using stats = await openStats({ database: 'sqlite::memory:', observer });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const { outcome } = await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  assert.equal(outcome, 'recorded');
});

test('`Metrics` that observed a failed opening can observe the next one', async () => {
  await using database = await createDatabase('sqlite');
  const observer = new Metrics();
  const open = (migrate: boolean) => openStats({ database: database.url, migrate, observer });
  await assert.rejects(open(false), { code: 'schema-outdated' });
  await using stats = await open(true);
  await stats.ready();
  assert.match(await observer.read(), /^stats_calls 0$/m);
});
