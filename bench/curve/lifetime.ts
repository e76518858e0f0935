import { DATABASES } from '../cells.js';
import { openDatabases } from '../databases/open.js';
import type { LoadProcess } from '../load-process.js';
import { median } from '../measure.js';
import { statementsOf, type Seed } from '../seed.js';
import { startServer } from '../server-process.js';
import { table, times } from '../table.js';

/** How many sessions the learners 0, 1 and 2 have in course 0. */
const SESSIONS = [1, 1_000, 1_000_000] as const;

const SECONDS = 1;

const SEED: Seed = {
  from: 0,
  to: SESSIONS[0] + SESSIONS[1] + SESSIONS[2],
  learner: `(case when n < ${SESSIONS[0]} then 0 when n < ${SESSIONS[0] + SESSIONS[1]} then 1 else 2 end)`,
  course: '0',
  modules: true,
};

/** What lifetime stats cost as a learner's history grows: one connection, the learners in turn. */
export async function lifetimeCurve(load: LoadProcess, rounds: number): Promise<string> {
  const rows: string[][] = [];
  for (const name of DATABASES) {
    const databases = await openDatabases(name);
    const url = await databases.create(statementsOf(name, SEED));
    const server = await startServer('ours', name, url);
    const latencies = SESSIONS.map((): number[] => []);
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const [learner, values] of latencies.entries()) {
        const { p50 } = await load.run({
          port: server.port,
          work: 'stats',
          connections: 1,
          seconds: SECONDS,
          learners: { from: learner, count: 1 },
          courses: { from: 0, count: 1 },
        });
        if (round > 0) values.push(p50);
      }
    }
    await server.stop();
    await databases.close();
    const medians = latencies.map(median);
    rows.push([name, ...medians.flatMap((p50) => [p50.toFixed(3), times(p50, medians[0])])]);
  }
  return table(
    ['stats p50 ms', ...SESSIONS.flatMap((count) => [`of ${count.toLocaleString('en')} sessions`, ''])],
    rows,
  );
}
