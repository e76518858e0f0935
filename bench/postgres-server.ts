import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { inRoot } from './compile.js';

/** As durable as it comes, unlike that of the tests, and sized for a small machine of its own. */
export const SETTINGS = ['fsync=on', 'shared_buffers=1GB', 'max_wal_size=8GB', 'checkpoint_timeout=30min'];

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** The server of the tests with other settings. It ends with us, since it lives on a pipe that we hold. */
export async function startPostgres(): Promise<PostgresServer> {
  const script = inRoot('test/support/postgres-server.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...SETTINGS], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Out of the terminal's reach: Ctrl-C would end Postgres before the one who tidies up after it.
    detached: true,
  });
  const exited = once(child, 'exit');
  const url = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    exited.then(() => {
      throw new Error('Postgres did not start; its log is above.');
    }),
  ]);
  return {
    url,
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
