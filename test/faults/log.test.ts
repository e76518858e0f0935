import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { until } from '../support/condition.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { HttpClient } from '../support/http-client.js';
import { exchange, head, RawConnection } from '../support/http-raw.js';
import { parseMetrics, valueOf } from '../support/metrics.js';
import { startService } from '../support/service.js';
import { parseLog } from '../support/worker-log.js';
import { newUserId } from '../support/factories.js';

/** Each request logs about 150 bytes, so that the log exceeds the buffer of a pipe. */
const REQUESTS = 4_000;
/** The requests that the server accepts before their responses are read. */
const PIPELINED = 32;
/** Batches of pipelined requests for each read of the metrics. */
const BATCHES = 50;
/** More than the lines that several processes can buffer. */
const MAX_REQUESTS = 200_000;
/** Milliseconds, far less than the shutdown deadline. */
const SHUTDOWN_LIMIT = 4_000;

describe('a log without a reader', { skip: process.platform === 'win32', timeout: 60_000 }, () => {
  for (const [what, workers] of [
    ['full', 1],
    ['closed', 1],
    ['full', 2],
  ] as const) {
    test(`A ${what} log pipe blocks neither the responses nor the shutdown of --workers ${workers}`, async () => {
      await using database = await createDatabase(workers === 1 ? 'sqlite' : 'postgres');
      await using pipe = await createPipe();
      const argv = ['--database', database.url, '--port', '0', '--workers', String(workers)];
      await using service = await startService(argv, {}, { stdout: pipe.fd });
      if (what === 'closed') await pipe.closeReader();
      {
        await using client = new HttpClient(service.url, 8);
        const ask = async () => {
          for (let request = 0; request < REQUESTS / 8; request++) {
            const { status } = await client.send('GET', '/courses', { userId: newUserId() });
            assert.equal(status, 200);
          }
        };
        await Promise.all(Array.from({ length: 8 }, ask));
      }
      const begin = performance.now();
      const { code, stderr } = await service.stop();
      assert.equal(code, 0, stderr);
      assert.ok(performance.now() - begin < SHUTDOWN_LIMIT, 'the shutdown took too long');
    });
  }

  for (const dialect of DIALECTS) {
    const workers = dialect === 'postgres' ? 2 : 1;
    test(`\`serve --workers ${workers}\` counts and reports each line that it drops for a slow reader`, async () => {
      await using database = await createDatabase(dialect);
      await using pipe = await createPipe();
      const argv = ['--database', database.url, '--port', '0', '--workers', String(workers)];
      await using service = await startService(argv, {}, { stdout: pipe.fd });
      let sent = 0;
      let dropped = 0;
      while (dropped === 0) {
        sent += await sendMany(service.url);
        const metrics = await exchange(service.url, head('GET /metrics HTTP/1.1', 'Host: localhost'));
        sent++;
        dropped = valueOf(parseMetrics(metrics.text), 'stats_log_lines_dropped_total');
        assert.ok(sent < MAX_REQUESTS, 'no line was dropped');
      }
      let log = '';
      const reading = pipe.read((chunk) => (log += chunk));
      await until('the dropped lines are reported', () => log.includes('log lines dropped'));
      assert.equal((await service.stop()).code, 0);
      await reading;
      const lines = parseLog(log);
      const reported = lines.reduce(
        (sum, { msg, count = 0 }) => sum + (msg.endsWith('dropped') ? count : 0),
        0,
      );
      assert.ok(reported >= dropped, `${reported} of ${dropped} lines were reported`);
      assert.equal(lines.filter(({ msg }) => msg === 'request').length + reported, sent);
    });
  }
});

/** Sends pipelined requests with long ids, whose lines take about 300 bytes. */
async function sendMany(url: string): Promise<number> {
  using connection = await RawConnection.open(url);
  const request = head('GET /livez HTTP/1.1', 'Host: localhost', `X-Request-Id: ${'a'.repeat(128)}`);
  for (let batch = 0; batch < BATCHES; batch++) {
    connection.write(request.repeat(PIPELINED));
    for (let read = 0; read < PIPELINED; read++) assert.equal((await connection.read()).status, 200);
  }
  return BATCHES * PIPELINED;
}

interface Pipe extends AsyncDisposable {
  /** The write end. */
  readonly fd: number;
  closeReader(): Promise<void>;
  /** Reads until the service has exited. */
  read(onChunk: (chunk: string) => void): Promise<void>;
}

/** Creates a pipe like a shell does. Node would create a socket. */
async function createPipe(): Promise<Pipe> {
  const directory = await TestDirectory.create();
  const path = join(directory.path, 'pipe');
  execFileSync('mkfifo', [path]);
  // Opening for reading and writing does not block.
  const both = await open(path, 'r+');
  const writer = await open(path, 'w');
  return {
    fd: writer.fd,
    closeReader: () => both.close(),
    async read(onChunk) {
      const reader = await open(path, 'r');
      // Otherwise the pipe would not end with the service.
      await Promise.all([both.close(), writer.close()]);
      for await (const chunk of reader.createReadStream({ encoding: 'utf8' })) onChunk(String(chunk));
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([both.close(), writer.close()]);
      await directory[Symbol.asyncDispose]();
    },
  };
}
