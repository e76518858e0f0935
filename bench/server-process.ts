import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compiled, inRoot } from './compile.js';
import type { DatabaseName, ServerName } from './cells.js';
import { endProcess, guarded } from './guarded.js';

export interface ServerProcess {
  readonly pid: number;
  readonly port: number;
  stop(): Promise<void>;
}

const LISTENING = /^Listening on http:\/\/127\.0\.0\.1:(\d+)$/;

/** Starts a server in a process of its own; it says on stderr where it listens. */
export async function startServer(
  server: ServerName,
  database: DatabaseName,
  url: string,
  nodeOptions: readonly string[] = [],
): Promise<ServerProcess> {
  const program =
    server === 'ours'
      ? [inRoot('bin/stats-service.js'), 'serve', '--port', '0', '--database', url]
      : [compiled(`servers/${server}-${database}.js`), url];
  const child = guarded(
    spawn(process.execPath, [...nodeOptions, ...program], {
      // The others log no requests either.
      env: { STATS_LOG_LEVEL: 'warn', ...process.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = LISTENING.exec(line)?.[1];
      if (found !== undefined) resolve(Number(found));
      else if (!/^(Database: |Stopping)/.test(line)) process.stderr.write(`${server}: ${line}\n`);
    });
    child.once('exit', () => reject(new Error(`The server ${server} ended.`)));
  });
  return { pid: child.pid ?? 0, port, stop: () => endProcess(child) };
}
