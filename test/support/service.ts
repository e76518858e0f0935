import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { BIN, type Finished } from './cli.js';

/** The real `stats-service serve` in a process of its own. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  stop(signal?: NodeJS.Signals): Promise<Finished>;
}

export async function startService(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const child = spawn(process.execPath, [BIN, 'serve', ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const stdout = text(child.stdout);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const said = new Promise<void>((resolve) => {
    child.stderr.on('data', () => /Listening on .*\n/.test(stderr) && resolve());
  });
  await Promise.race([said, exited]);
  const url = /Listening on (.*)\n/.exec(stderr)?.[1];
  assert.ok(url, stderr);
  assert.ok(child.pid);

  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    const [code] = await exited;
    return { code, stdout: await stdout, stderr };
  };
  return { url, pid: child.pid, stop, [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')) };
}
