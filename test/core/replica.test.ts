import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runOn } from '../support/connections.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { endConnections } from '../support/lock-holder.js';

test('A connection to Postgres that has become read-only, as after a failover, is closed', async () => {
  await using fixture = await createFixture('postgres');
  const { stats, courseId } = fixture;
  const { url } = fixture.database;
  const name = new URL(url).pathname.slice(1);
  const record = () => stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  await record();

  await runOn(url, `alter database ${name} set default_transaction_read_only = on`);
  await endConnections(url);
  await assert.rejects(record(), { code: 'database-unavailable' });
  await runOn(url, `begin read write; alter database ${name} reset default_transaction_read_only; commit`);
  // An open connection would stay read-only.
  assert.equal((await record()).outcome, 'recorded');
});
