import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { Metrics } from '../../src/server/index.js';
import { createDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { runOn } from '../support/connections.js';

function fail(): never {
  throw new Error('The observer is broken.');
}

test('A call succeeds even if the observer throws', async () => {
  const observer = { opened: fail, batch: fail, databaseError: fail };
  await using stats = await openStats({ database: 'sqlite::memory:', observer });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const { outcome } = await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  assert.equal(outcome, 'recorded');
});

test('The observer receives each database error of `recordSessions`', async () => {
  await using neighbour = await createDatabase('postgres');
  const url = new URL(neighbour.url);
  url.pathname = `gone_${crypto.randomUUID().replaceAll('-', '')}`;
  await runOn(neighbour.url, `create database ${url.pathname.slice(1)}`);
  const codes: string[] = [];
  const observer = {
    opened: () => undefined,
    batch: () => undefined,
    databaseError: (code: string) => codes.push(code),
  };
  await using stats = await openStats({ database: url.href, observer });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  await runOn(neighbour.url, `drop database ${url.pathname.slice(1)} with (force)`);
  const session = { userId: newUserId(), courseId, ...sessionContent() };
  const results = await stats.recordSessions({ sessions: [session, session] });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    ['failed', 'failed'],
  );
  assert.deepEqual(codes, ['database-unusable', 'database-unusable']);
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
