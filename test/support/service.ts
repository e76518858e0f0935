import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BIN, type CommandLine, type Finished, type ProcessOptions } from './cli.js';

export interface Service extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly log: string;
  readonly finished: Promise<Finished>;
  signal(signal: NodeJS.Signals): void;
  stop(signal?: NodeJS.Signals): Promise<Finished>;
}

interface ServiceOptions {
  /** The file descriptor of the log. Default: a pipe to `log`. */
  readonly stdout?: number;
  readonly node?: readonly string[];
}

export function startService(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { stdout, node = [] }: ServiceOptions = {},
): Promise<Service> {
  return startCommand([process.execPath, ...node, BIN, 'serve', ...argv], { env, stdout });
}

interface CommandOptions extends ProcessOptions {
  readonly stdout?: number | undefined;
  /** Sends signals to the process group, like a terminal. */
  readonly group?: boolean;
}

export async function startCommand(
  [program, ...argv]: CommandLine,
  { cwd, env = {}, stdout: file, group = false }: CommandOptions,
): Promise<Service> {
  const stdio = ['ignore', file ?? 'pipe', 'pipe'] as const;
  const child = spawn(program, argv, { cwd, env, stdio: [...stdio], detached: group });
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  let stderr = '';
  const finished = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  const listening = new Promise<void>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      if (/Listening on .*\n/.test(stderr)) resolve();
    });
  });
  await Promise.race([listening, finished]);
  const url = /Listening on (.*)\n/.exec(stderr)?.[1];
  assert.ok(url, stderr);
  const { pid } = child;
  assert.ok(pid);

  const send = (signal: NodeJS.Signals) => {
    if (group && child.exitCode === null && child.signalCode === null) process.kill(-pid, signal);
    else child.kill(signal);
  };
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    send(signal);
    return finished;
  };
  return {
    url,
    pid,
    get log() {
      return stdout;
    },
    finished,
    signal: send,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop('SIGKILL')),
  };
}
