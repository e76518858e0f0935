import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import type { Databases } from '../databases/databases.js';
import { inRoot } from '../compile.js';
import { guarded } from '../guarded.js';
import type { LoadProcess } from '../load-process.js';
import { median } from '../measure.js';
import { COURSES, LEARNERS, SMALL, statementsOf } from '../seed.js';
import { startServer } from '../server-process.js';
import { perSecond } from '../table.js';
import { run } from './run.js';

const CONNECTIONS = 8;
/** Of each load: long enough that how an import begins is not most of it. */
const SECONDS = 10;
const ROUNDS = 3;
/** Of an import that was interrupted. */
const INTERRUPTED = 130;

const summarySchema = z.object({ lines: z.number() });

interface Figures {
  /** Lines a second. */
  readonly import: number;
  /** p99, in milliseconds. */
  readonly record: number;
  readonly stats: number;
}

interface Round {
  readonly alone: Figures;
  readonly together: Figures;
}

/** What an import and a server on the same database cost each other, by the median of several rounds. */
export async function besideServer(
  load: LoadProcess,
  databases: Databases,
  file: string,
  lines: number,
): Promise<string[][]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await oneRound(load, databases, file, lines));
  const medianOf = (value: (round: Round) => number) => median(rounds.map((round) => value(round)));
  const rowOf = (figure: keyof Figures, title: string, format: (value: number) => string) => [
    databases.name,
    title,
    format(medianOf(({ alone }) => alone[figure])),
    format(medianOf(({ together }) => together[figure])),
    `${medianOf(({ alone, together }) => together[figure] / alone[figure]).toFixed(2)}×`,
  ];
  return [
    rowOf('import', 'import, lines/s', perSecond),
    ...(['record', 'stats'] as const).map((work) =>
      rowOf(work, `${work}, p99 ms, ${CONNECTIONS} connections`, (value) => value.toFixed(2)),
    ),
  ];
}

async function oneRound(
  load: LoadProcess,
  databases: Databases,
  file: string,
  lines: number,
): Promise<Round> {
  const argv = (url: string) => [
    inRoot('bin/stats-service.js'),
    'import',
    file,
    '--quiet',
    '--json',
    // The database has sessions with some of the ids.
    '--on-conflict',
    'skip',
    '--database',
    url,
  ];
  const alone = await databases.create(statementsOf(databases.name, SMALL));
  const aloneRate = lines / (await run(argv(alone))).seconds;
  await databases.drop(alone);

  const url = await databases.create(statementsOf(databases.name, SMALL));
  const server = await startServer('ours', databases.name, url);
  const p99 = (work: 'record' | 'stats') =>
    load
      .run({
        port: server.port,
        work,
        connections: CONNECTIONS,
        seconds: SECONDS,
        learners: { from: 0, count: LEARNERS },
        courses: { from: 0, count: COURSES },
      })
      .then((report) => report.p99);
  await p99('record');
  const usual = { record: await p99('record'), stats: await p99('stats') };
  const together = { record: Infinity, stats: Infinity };
  const importRate = await rateWhile(argv(url), async () => {
    together.record = await p99('record');
    together.stats = await p99('stats');
  });
  await server.stop();
  await databases.drop(url);
  return { alone: { import: aloneRate, ...usual }, together: { import: importRate, ...together } };
}

/**
 * Lines that an import does in a second while the work goes on, at the end of which it is interrupted.
 *
 * @throws if it ends before
 */
async function rateWhile(args: readonly string[], work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  const child = guarded(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
  const exited = once(child, 'exit');
  const summary = json(child.stdout);
  await work();
  child.kill('SIGINT');
  const [code] = await exited;
  if (code !== INTERRUPTED) throw new Error('The import has ended before the load; it needs more --lines.');
  return (summarySchema.parse(await summary).lines / (performance.now() - start)) * 1_000;
}
