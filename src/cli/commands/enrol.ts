import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { writeFields, writeJson, writeLine } from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { enrolmentFields } from '../views.js';

interface Options extends TargetOptions {
  readonly course: string;
  readonly user: string;
  readonly name?: string;
  readonly group?: readonly string[];
  readonly remove?: boolean;
  readonly json?: boolean;
}

export function addEnrol(program: Command, io: Io): void {
  addTargetOptions(program.command('enrol'))
    .description('enrol a learner in a course, replace the enrolment, or remove it')
    .requiredOption('--course <id>', 'the course')
    .requiredOption('--user <id>', 'the learner')
    .option('--name <name>', 'the name to show for the learner (default: none)')
    .option('--group <name...>', 'the groups of the learner in the course (default: none)')
    .option('--remove', 'remove the enrolment; the sessions stay')
    .option('--json', 'print one JSON document')
    .action((options: Options) => (options.remove ? remove(io, options) : enrol(io, options)));
}

async function enrol(io: Io, options: Options): Promise<void> {
  const { user: userId, course: courseId, name: displayName, group: groups } = options;
  await withStats(io, options, 'change', async ({ untyped: stats }) => {
    const enrolment = { displayName, groups };
    const result = await stats.enrolLearner({ userId, courseId, enrolment });
    writeLine(io.stderr, result.outcome === 'created' ? 'Enrolled.' : 'Replaced.');
    if (options.json) writeJson(io.stdout, result.enrolment);
    else writeFields(io.stdout, enrolmentFields(result.enrolment));
  });
}

async function remove(io: Io, options: Options): Promise<void> {
  const { user: userId, course: courseId, name, group } = options;
  if (name !== undefined || group !== undefined) {
    throw new UsageError('--name and --group have no effect with --remove; remove them');
  }
  await withStats(io, options, 'change', async ({ untyped: stats }) => {
    await stats.unenrolLearner({ userId, courseId });
    writeLine(io.stderr, 'Removed.');
  });
}
