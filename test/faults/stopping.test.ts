import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Balancer } from '../support/balancer.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { FULL } from '../support/full.js';
import { assertProblem } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { exchange, head, RawConnection } from '../support/http-raw.js';
import { makeCourse, Recorder } from '../support/recorder.js';
import { assertRollups } from '../support/rollups.js';
import { startService } from '../support/service.js';
import { runSql } from '../support/sql.js';
import { until } from '../support/condition.js';

const CONNECTIONS = 24;
/** Milliseconds, far less than the shutdown deadline. */
const EXIT_LIMIT = 1_500;
/** The shutdown deadline of `serve`, in milliseconds. */
const DEADLINE = 5_000;

describe('SIGTERM', () => {
  for (const round of FULL ? [1, 2, 3] : [1]) {
    test(`SIGTERM under load loses no request that was sent (round ${round})`, async () => {
      await using database = await createDatabase('sqlite');
      await using service = await startService(['--database', database.url, '--port', '0']);
      const { url } = service;
      const courseId = await withClient(url, makeCourse);
      let answered = 0;
      // Stops at `Connection: close`, like a client that then connects to another server.
      const worker = async () => {
        using connection = await RawConnection.open(url);
        for (let isLast = false; !isLast;) {
          connection.write(recording(courseId));
          const { status, headers } = await connection.read();
          assert.equal(status, 201);
          answered++;
          isLast = headers['connection'] === 'close';
        }
        await connection.assertEnded();
      };
      const workers = Promise.all(Array.from({ length: CONNECTIONS }, worker));
      await until('500 sessions are recorded', () => answered > 500);
      using held = await RawConnection.open(url);
      held.write(head('GET /livez HTTP/1.1', 'Host: localhost'));
      assert.equal((await held.read()).status, 200);
      const begin = performance.now();
      service.signal('SIGTERM');
      await until('/readyz returns 503 `stopping`', async () => {
        const answer = await exchange(url, head('GET /readyz HTTP/1.1', 'Host: localhost'));
        if (answer.status === 200) return false;
        assertProblem(answer, 503, 'stopping');
        return true;
      });
      await workers;
      const { code, stderr } = await service.finished;
      assert.equal(code, 0, stderr);
      assert.ok(performance.now() - begin < DEADLINE, 'the shutdown reached its deadline');
      await assert.rejects(RawConnection.open(url), { code: 'ECONNREFUSED' });
      const count = 'select cast(count(*) as text) as sessions from study_sessions';
      assert.deepEqual(await runSql(database.url, count), [{ sessions: String(answered) }]);
    });
  }

  test('A second SIGTERM ends the server at once, even with a request in flight', async () => {
    await using service = await startService(['--database', 'sqlite::memory:', '--port', '0']);
    using connection = await RawConnection.open(service.url);
    connection.write(head('GET /livez HTTP/1.1', 'Host: localhost') + 'GET /livez HTTP/1.1\r\nHost: local');
    assert.equal((await connection.read()).status, 200);
    service.signal('SIGTERM');
    await until('/readyz is not 200', async () => {
      const { status } = await exchange(service.url, head('GET /readyz HTTP/1.1', 'Host: localhost'));
      return status === 503;
    });
    const begin = performance.now();
    const { code } = await service.stop('SIGTERM');
    // The signal killed the process.
    assert.equal(code, null);
    assert.ok(performance.now() - begin < EXIT_LIMIT);
  });
});

for (const dialect of DIALECTS) {
  test(`A rolling restart of two processes on one ${dialect} database loses no request`, async () => {
    await using database = await createDatabase(dialect);
    const start = (port: string) => startService(['--database', database.url, '--port', port]);
    const services = [await start('0'), await start('0')];
    await using stack = new AsyncDisposableStack();
    stack.defer(async () => void (await Promise.all(services.map((service) => service.stop('SIGKILL')))));
    const urls = services.map(({ url }) => url);
    await using balancer = new Balancer(urls, CONNECTIONS);
    const recorder = new Recorder(await makeCourse(balancer));
    const restarted = new AbortController();
    const worker = async () => {
      while (!restarted.signal.aborted) {
        const { status, text } = await recorder.record(balancer);
        assert.equal(status, 201, text);
      }
    };
    const workers = Promise.all(Array.from({ length: CONNECTIONS }, worker));
    const restart = async () => {
      for (const [index, url] of urls.entries()) {
        await until('both are ready', () => balancer.ready === 2);
        const before = recorder.acknowledged;
        const stopped = await services[index]?.stop();
        assert.equal(stopped?.code, 0, stopped?.stderr);
        assert.ok(recorder.acknowledged > before, 'the other process recorded nothing');
        services[index] = await start(new URL(url).port);
      }
      await until('both are ready again', () => balancer.ready === 2);
    };
    await Promise.all([restart().finally(() => restarted.abort()), workers]);
    await recorder.assertTotals(balancer);
    await assertRollups(database.url);
  });
}

function recording(courseId: string): string {
  const body = JSON.stringify(sessionContent());
  const lines = [`POST /courses/${courseId} HTTP/1.1`, 'Host: localhost', `X-User-Id: ${newUserId()}`];
  return head(...lines, 'Content-Type: application/json', `Content-Length: ${body.length}`) + body;
}

async function withClient<T>(url: string, work: (client: HttpClient) => Promise<T>): Promise<T> {
  await using client = new HttpClient(url);
  return await work(client);
}
