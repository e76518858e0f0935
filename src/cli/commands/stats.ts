import type { Command } from 'commander';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { addPageOptions, writeFields, writeJson, writePages, type PageOptions } from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { statsFields, STUDIED_COURSES } from '../views.js';

interface Options extends TargetOptions, PageOptions {
  readonly user: string;
  readonly course?: string;
}

export function addStats(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('stats'))
    .description("show a learner's lifetime stats in one course or in every course studied")
    .requiredOption('--user <id>', 'the learner')
    .option('--course <id>', 'the course (default: all, by name)');
  addPageOptions(command).action((options: Options) =>
    options.course === undefined ? showCourses(io, options) : showCourse(io, options),
  );
}

async function showCourse(io: Io, options: Options): Promise<void> {
  const { user: userId, course: courseId, json } = options;
  if (options.limit !== undefined || options.cursor !== undefined) {
    throw new UsageError('--limit and --cursor page through the list of courses; remove them or --course');
  }
  if (options.csv) throw new UsageError('--csv prints the list of courses; remove it or --course');
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const lifetime = await stats.getStats({ userId, courseId });
    if (json) writeJson(io.stdout, lifetime);
    else writeFields(io.stdout, statsFields(lifetime));
  });
}

async function showCourses(io: Io, options: Options): Promise<void> {
  const { user: userId } = options;
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const fetchPage = (page: object) => stats.listStudiedCourses({ userId, ...page });
    await writePages(io, options, fetchPage, STUDIED_COURSES);
  });
}
