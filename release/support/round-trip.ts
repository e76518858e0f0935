import assert from 'node:assert/strict';
import * as z from 'zod';
import { newUserId } from '../../test/support/factories.js';
import { ask, run, serve, type Program } from './program.js';

const courseSchema = z.object({ courseId: z.string() });

/** A learner's life: a course, a session, stats, erasure. `target` says on what. */
export async function roundTrip(program: Program, target: readonly string[]): Promise<void> {
  const user = newUserId();
  const added = await ask(program, ['course', 'add', '--name', `Algebra of ${user}`, ...target]);
  const { courseId } = courseSchema.parse(added);
  const learner = ['--user', user, '--course', courseId, ...target];
  await ask(program, ['record', ...learner, '--modules', '6', '--score', '68.4', '--time', '4m40s']);
  const stats = z.record(z.string(), z.unknown()).parse(await ask(program, ['stats', ...learner]));
  assert.deepEqual([stats['sessionCount'], stats['averageScore'], stats['timeStudied']], [1, 68.4, 280_000]);
  const erased = await ask(program, ['erase', '--yes', '--user', user, ...target]);
  assert.deepEqual(erased, { sessionsDeleted: 1 });
}

/** On the database itself, and on a server that runs on it, which ends as it is asked to. */
export async function assertWorks(program: Program, database: string): Promise<void> {
  await roundTrip(program, ['--database', database]);
  await using service = await serve(program, database);
  await roundTrip(program, ['--server', service.url]);
  await assertHealthy(program, database);
  const { code, stderr } = await service.stop();
  // A signal to a process group also ends npx, however the program handles it.
  if (!program.group) assert.equal(code, 0);
  // Nothing but what it says of itself: no warning of Node's either.
  assert.equal(stderr.replace(/(?<=: ).*|(?<= on ).*/g, '…'), SAID);
}

const SAID = 'Database: …\nListening on …\nStopping.\n';

export async function assertHealthy(program: Program, database: string): Promise<void> {
  const { code, stdout, stderr } = await run(program, ['doctor', '--database', database]);
  assert.deepEqual([code, stderr.replace(/(?<=: ).*/, '…')], [0, 'Database: …\n']);
  assert.equal(stdout.match(/ ok /g)?.length, 5, stdout);
}
