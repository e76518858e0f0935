import { DATABASES, type Cell, type ServerName } from './cells.js';
import { openDatabases } from './databases/open.js';
import type { LoadProcess } from './load-process.js';
import { median, type Round } from './measure.js';
import { runRounds, type RoundsOptions } from './rounds.js';
import { SMALL, statementsOf } from './seed.js';
import { heading, row, times } from './table.js';

const COLUMNS = [
  'work',
  'database',
  'connections',
  'server',
  'requests/s',
  'p50 ms',
  'p99 ms',
  'CPU µs/request',
  'RSS MB',
  'of floor',
  'of naive',
];

/** Ours beside the floor and the naive service: a row of medians for each. */
export async function compareServers(
  cells: readonly Cell[],
  load: LoadProcess,
  options: RoundsOptions,
  print: (text: string) => void,
): Promise<void> {
  print(heading(COLUMNS));
  for (const name of DATABASES) {
    const ofDatabase = cells.filter(({ database }) => database === name);
    if (ofDatabase.length === 0) continue;
    const databases = await openDatabases(name);
    const template = await databases.create(statementsOf(name, SMALL));
    for (const cell of ofDatabase) {
      const results = await runRounds(cell, databases, template, load, options);
      for (const server of results.keys()) print(row(cellsOf(cell, server, results)));
    }
    await databases.close();
  }
}

function speed({ requests, seconds }: Round): number {
  return requests / seconds;
}

function cellsOf(
  { work, database, connections }: Cell,
  server: ServerName,
  results: ReadonlyMap<ServerName, readonly Round[]>,
): string[] {
  const medianOf = (value: (round: Round) => number, of: ServerName = server) =>
    median((results.get(of) ?? []).map((round) => value(round)));
  const share = (other: ServerName) =>
    server === other || !results.has(other) ? '' : times(medianOf(speed), medianOf(speed, other));
  return [
    work,
    database,
    String(connections),
    server,
    medianOf(speed).toFixed(0),
    medianOf(({ p50 }) => p50).toFixed(3),
    medianOf(({ p99 }) => p99).toFixed(3),
    medianOf(({ cpu, requests }) => cpu / requests).toFixed(1),
    (medianOf(({ memory }) => memory) / 1e6).toFixed(0),
    share('floor'),
    share('naive'),
  ];
}
