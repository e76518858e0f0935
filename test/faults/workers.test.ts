import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { describe, test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { BIN, runBin } from '../support/cli.js';
import { until } from '../support/condition.js';
import { ConnectionLoad } from '../support/connection-load.js';
import { createDatabase, createEmptyDatabase } from '../support/databases.js';
import { HttpClient } from '../support/http-client.js';
import { exchange, head, RawConnection } from '../support/http-raw.js';
import { parseMetrics, valueOf, type Sample } from '../support/metrics.js';
import { listen } from '../support/ports.js';
import { childrenOf, isRunning } from '../support/process-tree.js';
import { makeCourse } from '../support/recorder.js';
import { assertRollups } from '../support/rollups.js';
import { startCommand, type Service } from '../support/service.js';
import { runSql } from '../support/sql.js';
import { parseLog, workersWith } from '../support/worker-log.js';

/** Counters of requests, batches and processor time. */
const COUNTER = /^(http|stats|process_cpu)_.*_(count|sum|total)$/;
/** The shutdown deadline of `serve`, in milliseconds. */
const DEADLINE = 9_000;

describe('serve --workers 2', { skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  test('Several processes serve one port, whole lines name the worker, and `/metrics` counts all requests', async () => {
    await using database = await createDatabase('postgres');
    await using service = await startWorkers(database.url);
    const courseId = await createCourse(service.url);
    const load = new ConnectionLoad(service.url, courseId);
    await load.run(2_000);
    assert.deepEqual(load.failed, []);

    let samples: readonly Sample[] = [];
    const route = { method: 'POST', route: '/courses/{courseId}', status: '201' };
    // A response is counted after it has been sent.
    await until('all requests are counted', async () => {
      samples = await readMetrics(service.url);
      return valueOf(samples, 'http_request_duration_seconds_count', route) >= load.answered;
    });
    assert.equal(valueOf(samples, 'http_request_duration_seconds_count', route), load.answered);
    const version = samples.find(({ name }) => name === 'stats_build_info')?.labels['version'] ?? '';
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.equal(valueOf(samples, 'stats_build_info', { version }), 1);
    assert.equal(valueOf(samples, 'stats_connections', { state: 'awaited' }), 0);

    const { code, stdout, stderr } = await service.stop();
    assert.equal(code, 0);
    assert.match(stderr, /^Database: postgres:\/\/postgres@.*\nListening on .*\nStopping\.\n$/);
    const requests = parseLog(stdout).filter(({ requestId }) => requestId?.startsWith(load.name));
    assert.equal(requests.length, load.answered);
    assert.deepEqual(new Set(requests.map(({ worker }) => worker)), new Set([1, 2]));
  });

  test('All processes open the sessions of the dashboard', async () => {
    await using database = await createDatabase('postgres');
    await using service = await startWorkers(database.url, { options: ['--auth', 'token'] });
    await using stats = await openStats({ database: database.url });
    const { text } = await stats.keys.create({ name: 'Dashboard', scopes: ['stats:read'] });
    await using client = new HttpClient(service.url, 1);
    const body = new URLSearchParams({ credential: text }).toString();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const opened = await client.send('POST', '/dashboard/session', { body, headers: form });
    const cookie = opened.headers['set-cookie']?.split(';')[0] ?? '';
    for (let request = 0; request < 20; request++) {
      // The workers share the port, so that each new connection can reach another one.
      await using next = new HttpClient(service.url, 1);
      assert.equal((await next.send('GET', '/dashboard', { headers: { cookie } })).status, 200);
    }
    const { stdout } = await service.stop();
    const pages = parseLog(stdout).filter(({ route }) => route === '/dashboard');
    assert.deepEqual(new Set(pages.map(({ worker }) => worker)), new Set([1, 2]));
  });

  test('`kill -9` of a worker fails no request of the other, and the worker is replaced', async () => {
    await using database = await createDatabase('postgres');
    await using service = await startWorkers(database.url);
    const courseId = await createCourse(service.url);
    const load = new ConnectionLoad(service.url, courseId);
    const running = load.run(4_000);
    await until('1,000 sessions are recorded', () => load.answered > 1_000);
    const before = await readMetrics(service.url);
    const pids = childrenOf(service.pid);
    assert.equal(pids.length, 2);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await running;
    await until('the worker is replaced', () => workersWith(service, 'started').includes(3));
    // No counter falls, or Prometheus would count the requests of the other worker twice.
    const after = await readMetrics(service.url);
    for (const { name, labels, value } of before.filter((sample) => COUNTER.test(sample.name))) {
      assert.ok(valueOf(after, name, labels) >= value, `${name} ${JSON.stringify(labels)}`);
    }
    const again = new ConnectionLoad(service.url, courseId);
    await again.run(2_000);
    assert.deepEqual(again.failed, []);

    const { code, stdout } = await service.stop();
    assert.equal(code, 0);
    const lines = parseLog(stdout);
    const ended = lines.filter(({ msg, level }) => msg === 'worker ended' && level === 'error');
    assert.deepEqual(
      ended.map(({ signal }) => signal),
      ['SIGKILL'],
    );
    const killed = ended[0]?.worker;
    assert.ok(load.failed.length < load.connections, 'every connection was lost');
    for (const connection of load.failed) {
      const workers = lines
        .filter(({ requestId }) => requestId?.startsWith(load.nameOf(connection)))
        .map(({ worker }) => worker);
      assert.ok(
        workers.every((worker) => worker === killed),
        `connection ${connection} of ${workers.at(-1)}`,
      );
    }
    await assertRollups(database.url);
  });

  for (const group of [false, true]) {
    const target = group ? 'the process group' : 'the primary';
    test(`SIGTERM to ${target} under load loses no session, and every request gets its response`, async () => {
      await using database = await createDatabase('postgres');
      await using service = await startWorkers(database.url, { group });
      const { url } = service;
      const courseId = await createCourse(url);
      const load = new ConnectionLoad(url, courseId);
      const running = load.run(Infinity);
      await until('1,000 sessions are recorded', () => load.answered > 1_000);
      const begin = performance.now();
      service.signal('SIGTERM');
      await running;
      const { code, stdout, stderr } = await service.finished;
      assert.equal(code, 0, stderr);
      assert.ok(performance.now() - begin < DEADLINE, 'the shutdown reached its deadline');
      assert.deepEqual(load.failed, []);
      assert.equal(load.closed, load.connections);
      const count = 'select cast(count(*) as text) as sessions from study_sessions';
      assert.deepEqual(await runSql(database.url, count), [{ sessions: String(load.answered) }]);
      assert.deepEqual(new Set(workersWith({ log: stdout }, 'stopped')), new Set([1, 2]));
      await assert.rejects(RawConnection.open(url), { code: 'ECONNREFUSED' });
    });
  }

  for (const [what, end] of [
    ['A second SIGTERM', (service: Service) => service.signal('SIGTERM')],
    ['`kill -9` of the primary', (service: Service) => process.kill(service.pid, 'SIGKILL')],
  ] as const) {
    test(`${what} ends all processes at once, even with a request in flight`, async () => {
      await using database = await createDatabase('postgres');
      await using service = await startWorkers(database.url);
      const pids = childrenOf(service.pid);
      using connection = await RawConnection.open(service.url);
      connection.write(head('GET /livez HTTP/1.1', 'Host: localhost') + 'GET /livez HTTP/1.1\r\nHost: local');
      assert.equal((await connection.read()).status, 200);
      service.signal('SIGTERM');
      await until('a worker is stopping', () => workersWith(service, 'stopping').length > 0);
      const begin = performance.now();
      end(service);
      await until('the workers have exited', () => !pids.some(isRunning), DEADLINE);
      assert.ok(performance.now() - begin < 1_500);
      assert.equal((await service.finished).code, null);
    });
  }

  test('Workers that keep failing are replaced after growing pauses, while the others serve', async () => {
    await using database = await createDatabase('postgres');
    await using service = await startWorkers(database.url, { node: exitIf('cluster.worker?.id > 2') });
    process.kill(childrenOf(service.pid)[0] ?? 0, 'SIGKILL');
    await until('four workers have ended', () => workersWith(service, 'worker ended').length >= 4);
    const ends = parseLog(service.log).filter(({ msg }) => msg === 'worker ended');
    const times = ends.map(({ time }) => Date.parse(time));
    for (const [index, pause] of [100, 200, 400].entries()) {
      const gap = (times[index + 1] ?? 0) - (times[index] ?? 0);
      assert.ok(gap >= pause - 1, `${gap} ms after end ${index}`);
    }
    const { status } = await exchange(service.url, head('GET /readyz HTTP/1.1', 'Host: localhost'));
    assert.equal(status, 200);
  });

  test('A worker that cannot be started is tried again, while the others serve', async () => {
    await using database = await createDatabase('postgres');
    // The path of Node changes at each SIGUSR2, as if it were removed and installed again.
    const node = preload(`const path = process.execPath;
      process.on('SIGUSR2', () => { process.execPath = process.execPath === path ? '/missing' : path; });`);
    await using service = await startWorkers(database.url, { node });
    const [pid = 0] = childrenOf(service.pid);
    service.signal('SIGUSR2');
    process.kill(pid, 'SIGKILL');
    await until('a start has failed', () => workersWith(service, 'worker ended').includes(3));
    assert.match(service.log, /"worker":3,"error":"spawn \/missing ENOENT"/);
    const { status } = await exchange(service.url, head('GET /readyz HTTP/1.1', 'Host: localhost'));
    assert.equal(status, 200);
    service.signal('SIGUSR2');
    await until('the worker is replaced', () =>
      workersWith(service, 'started').some((worker = 0) => worker > 3),
    );
    assert.equal((await service.stop()).code, 0);
  });

  test('The command ends with an error if no worker can start', async () => {
    await using database = await createDatabase('postgres');
    const node = exitIf('cluster.isWorker');
    const argv = ['serve', '--workers', '3', '--port', '0', '--database', database.url];
    const { code, stderr } = await runBin(argv, { node });
    assert.equal(code, 1);
    assert.equal(stderr, 'stats-service: No worker could start. Each one has printed its error.\n');
  });

  test('`--workers auto` starts a process for each core', async () => {
    await using database = await createDatabase('postgres');
    await using service = await startWorkers(database.url, { workers: 'auto' });
    const cores = availableParallelism();
    assert.equal(childrenOf(service.pid).length, cores > 1 ? cores : 0);
  });

  test('Workers serve every address with trusted proxies, and with tokens', async () => {
    await using database = await createDatabase('postgres');
    for (const [options, status] of [
      [['--trusted-proxies', '127.0.0.0/8'], 200],
      [['--auth', 'token'], 401],
    ] as const) {
      const argv = [
        'serve',
        '--workers',
        '2',
        '--host',
        '0.0.0.0',
        '--port',
        '0',
        '--database',
        database.url,
      ];
      await using service = await startCommand([process.execPath, BIN, ...argv, ...options], {});
      const response = await fetch(`${service.url.replace('0.0.0.0', '127.0.0.1')}/whoami`, {
        headers: { 'x-user-id': '7c7b7d42-ff2f-57e0-b43e-bdac13420b81' },
      });
      assert.equal(response.status, status);
    }
  });

  test('A wrong password, an old schema and a port in use are one line each, as with one process', async () => {
    await using database = await createEmptyDatabase('postgres');
    const wrong = new URL(database.url);
    wrong.password = 'wrong';
    await using other = createServer();
    const port = await listen(other);
    for (const options of [
      ['--database', wrong.href],
      ['--database', database.url, '--no-migrate'],
      ['--database', database.url, '--port', String(port)],
    ]) {
      const argv = ['serve', '--port', '0', ...options];
      const alone = await runBin(argv);
      assert.equal(alone.code, 1);
      assert.match(alone.stderr, /^stats-service: .*\n$/);
      assert.deepEqual(await runBin([...argv, '--workers', '2']), alone);
    }
  });
});

interface WorkersOptions {
  /** Default: 2. */
  readonly workers?: string;
  readonly node?: readonly string[];
  /** Sends signals to the process group, like a terminal. */
  readonly group?: boolean;
  readonly options?: readonly string[];
}

function startWorkers(
  database: string,
  { workers = '2', node = [], group = false, options = [] }: WorkersOptions = {},
): Promise<Service> {
  const argv = ['serve', '--workers', workers, '--port', '0', '--database', database, ...options];
  return startCommand([process.execPath, ...node, BIN, ...argv], { group });
}

/** Returns options for Node with which the processes exit at their start in which the condition is true. */
function exitIf(condition: string): string[] {
  return preload(`import cluster from 'node:cluster'; if (${condition}) process.exit(7);`);
}

/** Returns options for Node with which each process runs this code at its start. */
function preload(code: string): string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

async function createCourse(url: string): Promise<string> {
  await using client = new HttpClient(url);
  return await makeCourse(client);
}

async function readMetrics(url: string): Promise<Sample[]> {
  const { status, text } = await exchange(url, head('GET /metrics HTTP/1.1', 'Host: localhost'));
  assert.equal(status, 200);
  return parseMetrics(text);
}
