import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { DATABASES, type DatabaseName } from '../cells.js';
import { compiled, inRoot } from '../compile.js';
import { openDatabases } from '../databases/open.js';
import type { Databases } from '../databases/databases.js';
import { removeFolder, temporaryFolder } from '../guarded.js';
import type { LoadProcess } from '../load-process.js';
import { courseStatements } from '../seed.js';
import { heading, row, times } from '../table.js';
import { besideServer } from './beside-server.js';
import { writeSessions } from './file.js';
import { run, type Run } from './run.js';

const PROGRAM = inRoot('bin/stats-service.js');

/** Import and export of a file, each beside the least that must be done; and an import beside a server. */
export async function bulkTables(
  load: LoadProcess,
  lines: number,
  print: (text: string) => void,
): Promise<void> {
  const folder = temporaryFolder();
  // Postgres reads it as a user of its own.
  chmodSync(folder, 0o755);
  const file = join(folder, 'sessions.csv');
  await writeSessions(file, lines);
  const megabytes = (statSync(file).size / 1e6).toFixed(0);
  const size = `${lines.toLocaleString('en')} lines, ${megabytes} MB`;
  print(`\n${heading([size, 'database', 'lines/s', 'peak RSS MB', 'of floor'])}`);
  for (const name of DATABASES) {
    const databases = await openDatabases(name);
    const url = await databases.create(courseStatements(name));
    const imported = await run([PROGRAM, 'import', file, '--quiet', '--database', url]);
    print(rowOf('import', name, lines, imported, await floorOfImport(databases, name, file)));
    const out = join(folder, 'exported.csv');
    const exported = await run([PROGRAM, 'export', out, '--quiet', '--database', url]);
    const floor = await run([compiled(`bulk/floors/export-${name}.js`), pathOf(url), out]);
    print(rowOf('export', name, lines, exported, floor.seconds));
    await databases.close();
  }
  const title = 'import beside a server';
  print(`\n${heading([title, '', 'alone', 'together', ''])}`);
  for (const name of DATABASES) {
    const databases = await openDatabases(name);
    for (const cells of await besideServer(load, databases, file, lines)) print(row(cells));
    await databases.close();
  }
  removeFolder(folder);
}

function rowOf(
  work: string,
  name: DatabaseName,
  lines: number,
  { seconds, peak }: Run,
  floor: number,
): string {
  const perSecond = Math.round(lines / seconds).toLocaleString('en');
  return row([work, name, perSecond, (peak / 1e6).toFixed(0), times(floor, seconds)]);
}

/** Seconds. */
async function floorOfImport(databases: Databases, name: DatabaseName, file: string): Promise<number> {
  const url = await databases.create(courseStatements(name));
  const seconds =
    name === 'sqlite'
      ? (await run([compiled('bulk/floors/import-sqlite.js'), file, pathOf(url)])).seconds
      : await copy(url, file);
  await databases.drop(url);
  return seconds;
}

/** Into one table without indexes, by the server itself. */
async function copy(url: string, file: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`create table bare (user_id uuid, course_id uuid, session_id uuid, modules integer,
    score numeric, time integer, completed_at timestamptz, module_ids text)`);
  const start = performance.now();
  await client.query(`copy bare from '${file}' with (format csv, header)`);
  const seconds = (performance.now() - start) / 1_000;
  await client.end();
  return seconds;
}

/** As the drivers know it. */
function pathOf(url: string): string {
  return url.replace(/^sqlite:/, '');
}
