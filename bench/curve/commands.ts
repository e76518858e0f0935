import { spawnSync } from 'node:child_process';
import { inRoot } from '../compile.js';
import { openDatabases } from '../databases/open.js';
import { idOf } from '../ids.js';
import { median } from '../measure.js';
import { SMALL, statementsOf } from '../seed.js';
import { table, times } from '../table.js';

const ROUNDS = 15;

/** What a command takes from start to end, beside a Node that does nothing. */
export async function commandTimes(): Promise<string> {
  const databases = await openDatabases('sqlite');
  const url = await databases.create(statementsOf('sqlite', SMALL));
  const program = inRoot('bin/stats-service.js');
  const learner = ['--user', idOf('learner', 0), '--course', idOf('course', 0)];
  const commands = [
    { name: 'node -e 0', args: ['-e', '0'] },
    { name: '--version', args: [program, '--version'] },
    {
      name: 'stats --user … --course … --database sqlite:…',
      args: [program, 'stats', ...learner, '--database', url],
    },
  ];
  const durations = commands.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [position, { args }] of commands.entries()) durations[position]?.push(durationOf(args));
  }
  await databases.close();
  const medians = durations.map(median);
  const rows = commands.map(({ name }, position) => {
    const milliseconds = medians[position] ?? Number.NaN;
    return [name, milliseconds.toFixed(1), times(milliseconds, medians[0])];
  });
  return table(['command', 'ms', ''], rows);
}

/** In milliseconds. */
function durationOf(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr.toString()}`);
  return performance.now() - start;
}
