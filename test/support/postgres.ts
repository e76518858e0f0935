import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('postgres-server.ts', import.meta.url));

export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** Stops Postgres in fast mode, which disconnects clients. */
  shutDown(): Promise<void>;
  /** Kills Postgres, which must then recover from its write-ahead log. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Restarts Postgres, and starts a standby; see {@link REPLICATED}. Returns the URL of the standby. */
  addStandby(): Promise<string>;
  stop(): Promise<void>;
}

/** The settings of a server that can have a standby. */
export const REPLICATED = ['wal_level=replica', 'max_wal_senders=4'];

/** @param settings such as `fsync=on` */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const child = spawn(process.execPath, ['--import', 'tsx', SERVER, ...settings], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await lines.next();
    assert.ok(!line.done, 'Postgres failed; its log is above.');
    return line.value;
  };
  const url = await nextLine();
  const order = async (command: string) => {
    child.stdin.write(`${command}\n`);
    assert.equal(await nextLine(), 'done');
  };
  const stop = async () => {
    child.stdin.end();
    await exited;
  };
  return {
    url,
    shutDown: () => order('shut down'),
    kill: () => order('kill'),
    start: () => order('start'),
    addStandby: () => {
      child.stdin.write('add standby\n');
      return nextLine();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
