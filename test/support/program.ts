import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { until } from './condition.js';

const DIRECTORIES = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** A program that need not be installed. Pass `skip` to the test. */
export interface Program {
  readonly path: string;
  readonly skip: string | false;
}

export function findProgram(name: string): Program {
  const path = DIRECTORIES.map((directory) => join(directory, name)).find((file) => existsSync(file));
  return path === undefined ? { path: '', skip: `${name} is not installed` } : { path, skip: false };
}

/** Runs a program until it is disposed of. Resolves when it accepts connections on the port. */
export async function startProgram(
  { path }: Program,
  argv: readonly string[],
  { port, cwd }: { readonly port: number; readonly cwd: string },
): Promise<AsyncDisposable> {
  const child = spawn(path, argv, { cwd, env: { HOME: cwd }, stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  await until(`${path} listens`, async () => {
    if (child.exitCode !== null) throw new Error(errors);
    return await accepts(port);
  });
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await closed;
    },
  };
}

async function accepts(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
