import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASES, type DatabaseName } from '../cells.js';
import { compiled, inRoot } from '../compile.js';
import { openDatabases } from '../databases/open.js';
import type { Databases } from '../databases/databases.js';
import { removeFolder, temporaryFolder } from '../guarded.js';
import type { LoadProcess } from '../load-process.js';
import { courseStatements } from '../seed.js';
import { heading, perSecond, row, times } from '../table.js';
import { besideServer } from './beside-server.js';
import { writeSessions } from './file.js';
import { floorsOfPostgres, type FloorsOfImport } from './postgres-floors.js';
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
    const floors = await floorsOfImport(databases, name, file);
    print(rowOf('import', name, lines, imported, floors.floor));
    if (floors.sameTables !== undefined) {
      const rate = perSecond(lines / floors.sameTables);
      print(row(['the same rows, by SQL', name, rate, '', times(floors.floor, floors.sameTables)]));
    }
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
  return row([work, name, perSecond(lines / seconds), (peak / 1e6).toFixed(0), times(floor, seconds)]);
}

async function floorsOfImport(
  databases: Databases,
  name: DatabaseName,
  file: string,
): Promise<FloorsOfImport> {
  const url = await databases.create(courseStatements(name));
  const floors =
    name === 'sqlite'
      ? { floor: (await run([compiled('bulk/floors/import-sqlite.js'), file, pathOf(url)])).seconds }
      : await floorsOfPostgres(url, file);
  await databases.drop(url);
  return floors;
}

/** As the drivers know it. */
function pathOf(url: string): string {
  return url.replace(/^sqlite:/, '');
}
