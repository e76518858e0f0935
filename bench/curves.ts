/** Measures the service as the data grow. */
import { addSessions, createDatabase, DATABASES, openDatabases } from './databases.js';
import { runLoad, type LoadOptions } from './load.js';
import { BIN, memoryOf, run, startServer } from './processes.js';
import { grouped, growthOf, median, megabytes, printHeading, printRow, times } from './report.js';
import { COURSES, idOf, SMALL, upTo } from './seed.js';

/** The history lengths of the learners 0, 1 and 2 in course 0. */
const HISTORIES = [1, 1_000, 1_000_000] as const;
/** Numbers of sessions in the database. */
const SIZES = [10_000, 1_000_000, 5_000_000];
const LEARNERS = 100_000;
const COMMAND_ROUNDS = 15;
const MEMORY_REQUESTS = [0, 100_000, 500_000, 1_000_000];

/** Returns the median p50 of each load. The loads run in turn; the first round is a warm-up. */
async function mediansOf(rounds: number, loads: readonly LoadOptions[]): Promise<number[]> {
  const latencies = loads.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [position, options] of loads.entries()) {
      const { p50 } = await runLoad(options);
      if (round > 0) latencies[position]?.push(p50);
    }
  }
  return latencies.map(median);
}

/** Prints the latency of lifetime stats by the length of the history. */
export async function printLifetimeCurve(rounds: number): Promise<void> {
  printHeading('stats p50 ms', ...HISTORIES.flatMap((size) => [`of ${grouped(size)} sessions`, '']));
  const [first, second, third] = HISTORIES;
  const learner = (n: number) => (n < first ? 0 : n < first + second ? 1 : 2);
  const seed = { from: 0, to: first + second + third, learner, course: () => 0, modules: () => 2 };
  for (const name of DATABASES) {
    await using databases = await openDatabases(name);
    await using server = await startServer(await createDatabase(databases, 'histories', seed));
    const options = { port: server.port, work: 'stats', connections: 1, seconds: 1, courses: [0] } as const;
    const loads = HISTORIES.map((_, position) => ({ ...options, learners: [position] }));
    printRow(name, ...growthOf(await mediansOf(rounds, loads)));
  }
}

/** Prints the latency of recording by the size of the database, which is filled between the measurements. */
export async function printGrowthCurve(rounds: number): Promise<void> {
  const sizes = SIZES.flatMap((size) => [`from ${grouped(size)} sessions on`, '']);
  printHeading('record p50 ms', 'connections', ...sizes);
  for (const name of DATABASES) {
    await using databases = await openDatabases(name);
    const url = await createDatabase(databases, 'growing');
    const latencies = new Map([64, 1].map((connections): [number, number[]] => [connections, []]));
    for (const [position, to] of SIZES.entries()) {
      const from = SIZES[position - 1] ?? 0;
      await addSessions(databases, url, {
        from,
        to,
        learner: (n) => n % LEARNERS,
        course: (n) => Math.floor(n / LEARNERS) % COURSES,
        modules: () => 0,
      });
      await using server = await startServer(url);
      for (const [connections, bySize] of latencies) {
        const options = { port: server.port, work: 'record', connections, seconds: 2 } as const;
        bySize.push(...(await mediansOf(rounds, [{ ...options, learners: upTo(LEARNERS) }])));
      }
    }
    for (const [connections, bySize] of latencies) printRow(name, `${connections}`, ...growthOf(bySize));
  }
}

/** Prints the run time of whole commands, and of Node with an empty program for comparison. */
export async function printCommandTimes(): Promise<void> {
  await using databases = await openDatabases('sqlite');
  const url = await createDatabase(databases, 'commands', SMALL);
  const stats = ['--user', idOf('learner', 0), '--course', idOf('course', 0), '--database', url];
  const commands = new Map([
    ['node -e 0', ['-e', '0']],
    ['--version', [BIN, '--version']],
    ['stats --user … --course … --database sqlite:…', [BIN, 'stats', ...stats]],
  ]);
  const durations = new Map(commands.keys().map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < COMMAND_ROUNDS; round++) {
    for (const [name, args] of commands) durations.get(name)?.push((await run(...args)).seconds * 1_000);
  }
  printHeading('command', 'ms', '');
  const first = median(durations.get('node -e 0') ?? []);
  for (const [name, values] of durations) {
    printRow(name, median(values).toFixed(1), times(median(values) / first));
  }
}

export async function printMemoryCurve(): Promise<void> {
  await using databases = await openDatabases('sqlite');
  await using server = await startServer(await createDatabase(databases, 'memory', SMALL));
  printHeading('recorded', 'RSS MB');
  let recorded = 0;
  for (const requests of MEMORY_REQUESTS) {
    while (recorded < requests) {
      recorded += (await runLoad({ port: server.port, work: 'record', connections: 64, seconds: 1 }))
        .requests;
    }
    printRow(grouped(recorded), megabytes(memoryOf(server.child)));
  }
}
