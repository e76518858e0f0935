import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestDirectory } from './directory.js';
import { closedPort } from './ports.js';
import { findProgram, startProgram } from './program.js';

export const PGBOUNCER = findProgram('pgbouncer');

interface Pooler extends AsyncDisposable {
  /** The URL of the database through the pooler. */
  readonly url: string;
}

/** Starts PgBouncer in front of a server, with defaults except for the pool mode. It accepts any user. */
export async function startPgBouncer(
  database: string,
  mode: 'session' | 'transaction' | 'statement',
  { knownUsers }: { readonly knownUsers?: string } = {},
): Promise<Pooler> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await TestDirectory.create());
  const port = await closedPort();
  const { hostname, port: serverPort, username, password, pathname } = new URL(database);
  const file = join(directory.path, 'pgbouncer.ini');
  const settings = [
    '[databases]',
    `* = host=${hostname} port=${serverPort} user=${username} password=${password}`,
    '[pgbouncer]',
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    'unix_socket_dir =',
    ...(knownUsers === undefined ? ['auth_type = any'] : ['auth_type = plain', 'auth_file = users.txt']),
    `pool_mode = ${mode}`,
  ];
  await writeFile(file, settings.join('\n'));
  await writeFile(join(directory.path, 'users.txt'), knownUsers ?? '');
  // PgBouncer refuses to run as root.
  const argv = process.getuid?.() === 0 ? ['-u', 'nobody', file] : [file];
  stack.use(await startProgram(PGBOUNCER, argv, { port, cwd: directory.path }));
  const resources = stack.move();
  return {
    url: `postgres://${username}@127.0.0.1:${port}${pathname}`,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
