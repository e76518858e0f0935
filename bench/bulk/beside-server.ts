import type { Databases } from '../databases/databases.js';
import { inRoot } from '../compile.js';
import type { LoadProcess } from '../load-process.js';
import { COURSES, LEARNERS, SMALL, statementsOf } from '../seed.js';
import { startServer } from '../server-process.js';
import { times } from '../table.js';
import { run } from './run.js';

const CONNECTIONS = 8;
const SECONDS = 5;

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
    // The database has sessions with some of the ids.
    '--on-conflict',
    'skip',
    '--database',
    url,
  ];
  const alone = await databases.create(statementsOf(databases.name, SMALL));
  const { seconds: secondsAlone } = await run(argv(alone));
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
  const importing = run(argv(url));
  const together = { record: await p99('record'), stats: await p99('stats') };
  const progress = { isOver: false };
  const finished = importing.finally(() => (progress.isOver = true));
  while (!progress.isOver) await p99('record');
  const { seconds } = await finished;
  await server.stop();
  await databases.drop(url);
  const perSecond = (time: number) => Math.round(lines / time).toLocaleString('en');
  return [
    [
      databases.name,
      'import, lines/s',
      perSecond(secondsAlone),
      perSecond(seconds),
      times(secondsAlone, seconds),
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
