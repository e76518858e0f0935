import { CONNECTIONS, DATABASES, type DatabaseName } from '../cells.js';
import { openDatabases } from '../databases/open.js';
import type { LoadProcess } from '../load-process.js';
import { median } from '../measure.js';
import { COURSES, rollupStatements, sessionStatements, statementsOf, type Seed } from '../seed.js';
import { startServer } from '../server-process.js';
import { table, times } from '../table.js';

const SIZES = [10_000, 1_000_000, 5_000_000];
const LEARNERS = 100_000;
const SECONDS = 2;

/** What recording costs as the database grows: one database that is filled up between the measurements. */
export async function growthCurve(load: LoadProcess, rounds: number): Promise<string> {
  const rows: string[][] = [];
  for (const name of DATABASES) {
    const databases = await openDatabases(name);
    const bySize = [];
    let url = '';
    for (const [position, size] of SIZES.entries()) {
      const seed = seedOf(SIZES[position - 1] ?? 0, size);
      if (position === 0) url = await databases.create(statementsOf(name, seed));
      else await databases.run(url, [...sessionStatements(name, seed), ...rollupStatements(name)]);
      bySize.push(await recordingLatencies(load, name, url, rounds));
    }
    await databases.close();
    for (const [position, connections] of CONNECTIONS.entries()) {
      const latencies = bySize.map((each) => each[position] ?? Number.NaN);
      rows.push([
        name,
        String(connections),
        ...latencies.flatMap((p50) => [p50.toFixed(3), times(p50, latencies[0])]),
      ]);
    }
  }
  const sizes = SIZES.flatMap((size) => [`from ${size.toLocaleString('en')} sessions on`, '']);
  return table(['record p50 ms', 'connections', ...sizes], rows);
}

function seedOf(from: number, to: number): Seed {
  const course = `n / ${LEARNERS} % ${COURSES}`;
  return { from, to, learner: `n % ${LEARNERS}`, course, modules: false, sorted: true };
}

/** Of each number of connections. */
async function recordingLatencies(
  load: LoadProcess,
  name: DatabaseName,
  url: string,
  rounds: number,
): Promise<number[]> {
  const server = await startServer('ours', name, url);
  const medians: number[] = [];
  for (const connections of CONNECTIONS) {
    const p50s: number[] = [];
    // The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      const { p50 } = await load.run({
        port: server.port,
        work: 'record',
        connections,
        seconds: SECONDS,
        learners: { from: 0, count: LEARNERS },
        courses: { from: 0, count: COURSES },
      });
      if (round > 0) p50s.push(p50);
    }
    medians.push(median(p50s));
  }
  await server.stop();
  return medians;
}
