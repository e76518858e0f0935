import assert from 'node:assert/strict';
import * as z from 'zod';
import { newUserId } from '../../test/support/factories.js';
import { run, runJson, serve, type Program } from './program.js';

const courseSchema = z.object({ courseId: z.string() });

/** Creates a course, records a session, reads the stats and erases the learner. */
export async function roundTrip(program: Program, target: readonly string[]): Promise<void> {
  const user = newUserId();
  const added = await runJson(program, ['course', 'add', '--name', `Algebra of ${user}`, ...target]);
  const { courseId } = courseSchema.parse(added);
  const learner = ['--user', user, '--course', courseId, ...target];
  await runJson(program, ['record', ...learner, '--modules', '6', '--score', '68.4', '--time', '4m40s']);
  const stats = z.record(z.string(), z.unknown()).parse(await runJson(program, ['stats', ...learner]));
  assert.deepEqual([stats['sessionCount'], stats['averageScore'], stats['timeStudied']], [1, 68.4, 280_000]);
  const erased = await runJson(program, ['erase', '--yes', '--user', user, ...target]);
  assert.deepEqual(erased, { sessionsDeleted: 1 });
}

/** Asserts that the program works on a database and through a server, which stops gracefully. */
export async function assertWorks(program: Program, database: string): Promise<void> {
  await roundTrip(program, ['--database', database]);
  await using service = await serve(program, database);
  await roundTrip(program, ['--server', service.url]);
  await assertHealthy(program, database);
  const { code, stderr } = await service.stop();
  // A signal to the process group also ends npx, whose exit code is not that of the program.
  if (!program.group) assert.equal(code, 0);
  // No other output, such as warnings of Node.
  assert.equal(stderr.replace(/(?<=: ).*|(?<= on ).*/g, '…'), SERVE_STDERR);
}

const SERVE_STDERR = 'Database: …\nListening on …\nStopping.\n';

export async function assertHealthy(program: Program, database: string): Promise<void> {
  const { code, stdout, stderr } = await run(program, ['doctor', '--database', database]);
  assert.deepEqual([code, stderr.replace(/(?<=: ).*/, '…')], [0, 'Database: …\n']);
  assert.equal(stdout.match(/ ok /g)?.length, 5, stdout);
}
