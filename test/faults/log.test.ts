import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { TestDirectory } from '../support/directory.js';
import { HttpClient } from '../support/http-client.js';
import { startService } from '../support/service.js';
import { newUserId } from '../support/factories.js';

const ARGUMENTS = ['--database', 'sqlite::memory:', '--port', '0'];
/** Each request logs about 150 bytes, so that the log exceeds the buffer of a pipe. */
const REQUESTS = 4_000;
/** Milliseconds, far less than the shutdown deadline. */
const SHUTDOWN_LIMIT = 4_000;

describe('a log without a reader', { skip: process.platform === 'win32', timeout: 60_000 }, () => {
  for (const what of ['full', 'closed'] as const) {
    test(`A ${what} log pipe blocks neither the responses nor the graceful shutdown`, async () => {
      await using pipe = await createPipe();
      await using service = await startService(ARGUMENTS, {}, { stdout: pipe.fd });
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
});

interface Pipe extends AsyncDisposable {
  /** The write end. */
  readonly fd: number;
  closeReader(): Promise<void>;
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
    async [Symbol.asyncDispose]() {
      await Promise.allSettled([both.close(), writer.close()]);
      await directory[Symbol.asyncDispose]();
    },
  };
}
