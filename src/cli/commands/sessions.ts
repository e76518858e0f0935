import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addPageOptions, writePages, type PageOptions } from '../pages.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { SESSION_HEADING, sessionRow } from '../views.js';

interface Options extends TargetOptions, PageOptions {
  readonly user: string;
  readonly course: string;
  readonly from?: string;
  readonly to?: string;
}

export function addSessions(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('sessions'))
    .description("a learner's sessions in a course, newest first")
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course')
    .option('--from <time>', 'only those completed at this time or later: RFC 3339 with offset')
    .option('--to <time>', 'only those completed before this time');
  addPageOptions(command).action(async (options: Options) => {
    const { user: userId, course: courseId, from, to } = options;
    await withStats(io, options, 'read', async ({ unchecked: stats }) => {
      const fetchPage = (page: object) => stats.listSessions({ userId, courseId, from, to, ...page });
      await writePages(io, options, fetchPage, SESSION_HEADING, sessionRow);
    });
  });
}
