import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pool, type PoolClient } from 'pg';
import { BatchClients } from '../../src/core/store/batch-clients.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';

test('A failed batch returns its connection to the pool if the rollback works, else closes it', async () => {
  await using database = await createDatabase('postgres');
  await using stack = new AsyncDisposableStack();
  const pool = stack.adopt(new Pool({ connectionString: database.url }), (each) => each.end());
  const clients = new BatchClients(() => pool.connect());
  const fail = (undo: (client: PoolClient) => Promise<unknown>) =>
    assert.rejects(
      clients.use((client) => client.query('begin; select 1 / 0'), undo),
      { code: '22012' },
    );

  await fail((client) => client.query('rollback'));
  assert.equal(pool.totalCount, 1);
  await fail(() => Promise.reject(new Error('The rollback fails too.')));
  assert.equal(pool.totalCount, 0);
  assert.equal(await clients.use(async (client) => (await client.query('select 1')).rowCount), 1);
  clients.release();
});

test('Connections that served batches return to the pool after an idle time', async () => {
  await using database = await createDatabase('postgres');
  await using stack = new AsyncDisposableStack();
  const pool = stack.adopt(new Pool({ connectionString: database.url }), (each) => each.end());
  const clients = new BatchClients(() => pool.connect(), 100);
  const run = () => clients.run({ text: 'select 1', values: [] });

  await Promise.all([run(), run()]);
  assert.deepEqual([pool.totalCount, pool.idleCount], [2, 0]);
  await until('both are back', () => pool.idleCount === 2);
  await run();
  assert.deepEqual([pool.totalCount, pool.idleCount], [2, 1]);
  clients.release();
});
