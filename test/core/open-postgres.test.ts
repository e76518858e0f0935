import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { openStats, StatsError } from '../../src/core/index.js';
import { PostgresStore } from '../../src/core/store/postgres/store.js';
import { createDatabase } from '../support/databases.js';
import { closedPort, listen, listenAndHangUp } from '../support/ports.js';

const PASSWORD = 'correct horse/battery';

/** Returns the error of opening a database, which must not contain the password in any encoding. */
async function openingErrorOf(url: URL): Promise<StatsError> {
  try {
    await using _ = await openStats({ database: url.href });
  } catch (error) {
    assert.ok(error instanceof StatsError, inspect(error));
    for (const text of [error.message, inspect(error, { depth: Infinity })]) {
      assert.ok(!text.includes(PASSWORD) && !text.includes(encodeURIComponent(PASSWORD)), text);
    }
    return error;
  }
  throw new Error('It was opened.');
}

function urlAt(port: number, host = '127.0.0.1'): URL {
  const url = new URL(`postgres://ada@${host}:${port}/stats`);
  url.password = encodeURIComponent(PASSWORD);
  return url;
}

describe('an unreachable Postgres', () => {
  test('Opening Postgres at a closed port fails as unavailable', async () => {
    const port = await closedPort();
    for (const host of ['127.0.0.1', 'localhost']) {
      const { code, kind } = await openingErrorOf(urlAt(port, host));
      assert.deepEqual([code, kind], ['database-unavailable', 'unavailable']);
    }
  });

  test('Opening Postgres at a server that hangs up fails as unavailable', async () => {
    await using listener = await listenAndHangUp();
    assert.equal((await openingErrorOf(urlAt(listener.port))).code, 'database-unavailable');
  });

  test('Postgres is unavailable if no address of its host name accepts a connection', async () => {
    const socket = connect({
      host: 'postgres.example',
      port: await closedPort(),
      lookup: (_host, _options, callback) =>
        callback(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '::1', family: 6 },
        ]),
    });
    const [error] = await once(socket, 'error').catch((reason: unknown) => [reason]);
    assert.ok(error instanceof AggregateError);
    const store = new PostgresStore('postgres://postgres.example/stats');
    assert.equal(store.faultOf(error), 'unavailable');
    await store.close();
  });
});

describe('a Postgres that rejects the connection', () => {
  test('Opening Postgres with a wrong password fails as unusable', async () => {
    await using database = await createDatabase('postgres');
    const url = new URL(database.url);
    url.password = encodeURIComponent(PASSWORD);
    const error = await openingErrorOf(url);
    assert.deepEqual([error.code, error.kind], ['database-unusable', 'incompatible']);
    assert.match(inspect(error.cause), /password authentication failed/);
  });

  test('Opening a missing Postgres database fails as not found', async () => {
    await using database = await createDatabase('postgres');
    const url = new URL(`${database.url}_missing`);
    const error = await openingErrorOf(url);
    assert.deepEqual([error.code, error.kind], ['database-not-found', 'not-found']);
    assert.match(inspect(error.cause), /does not exist/);
  });
});

test('A connection that asks for a password is closed if there is none', async () => {
  // AuthenticationSASL, and AuthenticationSASLContinue, to which the driver needs the password:
  // https://www.postgresql.org/docs/current/protocol-message-formats.html
  const replies = ['R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0', 'R\0\0\0\x0b\0\0\0\x0br=x'];
  const ended = Promise.withResolvers<void>();
  await using server = createServer((socket) => {
    let received = 0;
    socket.on('data', () => socket.write(replies[received++] ?? '', 'latin1'));
    socket.once('close', () => ended.resolve());
  });
  const port = await listen(server);
  await assert.rejects(openStats({ database: `postgres://ada@127.0.0.1:${port}/stats` }), {
    code: 'database-unusable',
  });
  await ended.promise;
});
