import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import type { Databases } from '../databases/databases.js';
import { inRoot } from '../compile.js';
import { guarded } from '../guarded.js';
import type { LoadProcess } from '../load-process.js';
import { COURSES, LEARNERS, SMALL, statementsOf } from '../seed.js';
import { startServer } from '../server-process.js';
import { perSecond, times } from '../table.js';
import { run } from './run.js';

const CONNECTIONS = 8;
const SECONDS = 5;
/** Of an import that was interrupted. */
const INTERRUPTED = 130;

const summarySchema = z.object({ lines: z.number() });

/** What an import and a server on the same database cost each other. */
export async function besideServer(
  load: LoadProcess,
  databases: Databases,
  file: string,
  lines: number,
): Promise<string[][]> {
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
  return [
    [
      databases.name,
      'import, lines/s',
      perSecond(aloneRate),
      perSecond(importRate),
      times(importRate, aloneRate),
    ],
    ...(['record', 'stats'] as const).map((work) => [
      databases.name,
      `${work}, p99 ms, ${CONNECTIONS} connections`,
      usual[work].toFixed(2),
      together[work].toFixed(2),
      times(together[work], usual[work]),
    ]),
  ];
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
