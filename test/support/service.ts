import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BIN, type Finished } from './cli.js';

/** The real `stats-service serve` in a process of its own. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** What it has logged by now. */
  readonly log: string;
  /** Resolves when it has ended, by whatever. */
  readonly finished: Promise<Finished>;
  signal(signal: NodeJS.Signals): void;
  stop(signal?: NodeJS.Signals): Promise<Finished>;
}

interface ServiceOptions {
  /** The file descriptor that it logs to. Default: we read its log. */
  readonly stdout?: number;
  readonly node?: readonly string[];
}

export async function startService(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { stdout: file, node = [] }: ServiceOptions = {},
): Promise<Service> {
  const child = spawn(process.execPath, [...node, BIN, 'serve', ...argv], {
    env,
    stdio: ['ignore', file ?? 'pipe', 'pipe'],
  });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  let stderr = '';
  const finished = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  const said = new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      if (/Listening on .*\n/.test(stderr)) resolve();
    });
  });
  await Promise.race([said, finished]);
  const url = /Listening on (.*)\n/.exec(stderr)?.[1];
  assert.ok(url, stderr);
  assert.ok(child.pid);

  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return finished;
  };
  return {
    url,
    pid: child.pid,
    get log() {
      return stdout;
    },
    finished,
    signal: (signal) => void child.kill(signal),
    stop,
    [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
  };
}
