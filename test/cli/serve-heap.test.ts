import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { runBin } from '../support/cli.js';
import { startService } from '../support/service.js';

const ARGUMENTS = ['--database', 'sqlite::memory:', '--port', '0'];

/** Only Linux shows how a process was started to whoever asks. */
describe('the heap of a server', { skip: process.platform !== 'linux' }, () => {
  test('`serve` limits the young generation of the heap in the process that was started', async () => {
    await using service = await startService(ARGUMENTS);
    assert.match(commandLine(service.pid), /--max-semi-space-size=4/);
    assert.equal((await fetch(`${service.url}/livez`)).status, 200);
  });

  test('`serve` does not override the heap settings of NODE_OPTIONS', async () => {
    await using service = await startService(ARGUMENTS, { NODE_OPTIONS: '--max-semi-space-size=32' });
    assert.doesNotMatch(commandLine(service.pid), /semi-space/);
  });

  test('`serve` rejects an unknown option with exit code 2, although it limits its heap', async () => {
    const { code, stderr } = await runBin(['--verbose', 'serve', '--bogus']);
    assert.deepEqual({ code, stderr }, { code: 2, stderr: "stats-service: unknown option '--bogus'\n" });
  });
});

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
}
