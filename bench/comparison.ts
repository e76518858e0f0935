/** Compares the service with the floor and the naive server. */
import { join } from 'node:path';
import { createDatabase, DATABASES, openDatabases, type Databases } from './databases.js';
import { runLoad } from './load.js';
import { cpuTimeOf, memoryOf, ROOT, startServer, type Server } from './processes.js';
import { median, printHeading, printRow, times } from './report.js';
import { idOf, SMALL } from './seed.js';

/** The floor does only the necessary work. The naive server is written in the usual way. */
export const SERVERS = ['ours', 'floor', 'naive'] as const;
type ServerName = (typeof SERVERS)[number];

interface Cell {
  readonly work: 'record' | 'stats';
  readonly connections: number;
}

/**
 * Enough requests to compile all hot code and to let SQLite's write-ahead log wrap around: an fsync takes
 * twice as long while its file grows.
 */
const WARM_UP_REQUESTS = 10_000;
const WARM_UP_SECONDS = 2;
const TIME_OF_RECORDING = /("(?:completedAt|createdAt|updatedAt|lastCompletedAt)":")[^"]+/g;

/** The figures of a round, with the decimals that are printed. */
const FIGURES = { 'requests/s': 0, 'p50 ms': 3, 'p99 ms': 3, 'CPU µs/request': 1, 'RSS MB': 0 };

interface ComparisonOptions {
  readonly servers: readonly ServerName[];
  readonly rounds: number;
  readonly seconds: number;
}

/** Prints the medians of each server in the chosen cells. The name of a cell is, for example, record-sqlite-64. */
export async function compareServers(
  options: ComparisonOptions,
  isChosen: (name: string) => boolean,
): Promise<void> {
  const columns = ['work', 'database', 'connections', 'server', ...Object.keys(FIGURES)];
  printHeading(...columns, 'of floor', 'of naive');
  for (const name of DATABASES) {
    const all = (['record', 'stats'] as const).flatMap((work) => [
      { work, connections: 64 },
      { work, connections: 1 },
    ]);
    const cells = all.filter(({ work, connections }) => isChosen(`${work}-${name}-${connections}`));
    if (cells.length === 0) continue;
    await using databases = await openDatabases(name);
    const template = await createDatabase(databases, 'template', SMALL);
    for (const cell of cells) {
      const results = await measure(cell, databases, template, options);
      printServers([cell.work, name, `${cell.connections}`], results);
    }
  }
}

/**
 * Measures the servers in turn, so that other load on the machine affects all of them alike. In each cell,
 * every server has a new process and a new copy of the database.
 */
async function measure(
  { work, connections }: Cell,
  databases: Databases,
  template: string,
  { servers, rounds, seconds }: ComparisonOptions,
): Promise<Map<ServerName, number[][]>> {
  await using stack = new AsyncDisposableStack();
  const running = new Map<ServerName, Server>();
  for (const name of servers) {
    const other = join(ROOT, `dist/bench/${name === 'naive' ? name : `floor-${databases.name}`}.js`);
    const url = await databases.replace(name, template);
    running.set(name, stack.use(await startServer(url, name === 'ours' ? undefined : other)));
  }
  await assertParity(work, running);
  for (const { port } of running.values()) {
    for (let requests = 0; requests < WARM_UP_REQUESTS;) {
      requests += (await runLoad({ port, work, connections, seconds: WARM_UP_SECONDS })).requests;
    }
  }
  const results = new Map<ServerName, number[][]>(servers.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, { port, child }] of running) {
      const before = cpuTimeOf(child);
      const { requests, seconds: measured, p50, p99 } = await runLoad({ port, work, connections, seconds });
      const cpuTime = (cpuTimeOf(child) - before) / requests;
      results.get(name)?.push([requests / measured, p50, p99, cpuTime, memoryOf(child) / 1e6]);
    }
  }
  return results;
}

function printServers(cell: readonly string[], results: ReadonlyMap<ServerName, number[][]>): void {
  const medianOf = (server: ServerName, figure: number) =>
    median((results.get(server) ?? []).map((figures) => figures[figure] ?? Number.NaN));
  for (const server of results.keys()) {
    const figures = Object.values(FIGURES).map((digits, figure) => medianOf(server, figure).toFixed(digits));
    const ratios = (['floor', 'naive'] as const).map((other) =>
      server === other || !results.has(other) ? '' : times(medianOf(server, 0) / medianOf(other, 0)),
    );
    printRow(...cell, server, ...figures, ...ratios);
  }
}

/** Asserts that all servers return the same bytes; otherwise their work could not be compared. */
async function assertParity(work: Cell['work'], servers: ReadonlyMap<ServerName, Server>): Promise<void> {
  const answers = Array.from(servers.values(), ({ port }) => answersOf(work, port));
  const texts = await Promise.all(answers);
  if (new Set(texts).size > 1) throw new Error(`The servers answer differently:\n${texts.join('\n')}`);
}

/** Includes the stats after a recording, which show that the session counts. */
async function answersOf(work: Cell['work'], port: number): Promise<string> {
  const url = `http://127.0.0.1:${port}/courses/${idOf('course', 7)}`;
  const headers = { 'X-User-Id': idOf('learner', 1_234), 'Content-Type': 'application/json' };
  const send = async (init?: RequestInit) => {
    const response = await fetch(url, { headers, ...init });
    return `${response.status} ${await response.text()}`;
  };
  if (work === 'stats') return send();
  const content = { totalModulesStudied: 3, averageScore: 61.5, timeStudied: 61_000 };
  const body = JSON.stringify({ sessionId: idOf('session', 1), ...content });
  const recorded = await send({ method: 'POST', body });
  return `${recorded}${await send()}`.replaceAll(TIME_OF_RECORDING, '$1now');
}
