import type { Command } from 'commander';
import type { Io } from '../io.js';
import {
  addPageOptions,
  writeFields,
  writeJson,
  writeLine,
  writePages,
  type PageOptions,
} from '../output.js';
import { addRangeOptions, readRange, type RangeOptions } from '../range.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { sessionFields, SESSIONS } from '../views.js';

interface Options extends TargetOptions {
  readonly user: string;
  readonly course: string;
  readonly session: string;
  readonly delete?: boolean;
  readonly json?: boolean;
}

export function addSession(program: Command, io: Io): void {
  addTargetOptions(program.command('session'))
    .description("show or delete one of a learner's sessions")
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course')
    .requiredOption('--session <id>', 'the session')
    .option('--delete', 'delete the session and update the lifetime stats')
    .option('--json', 'print one JSON document')
    .action((options: Options) => (options.delete ? remove(io, options) : show(io, options)));
}

async function show(io: Io, options: Options): Promise<void> {
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const session = await stats.getSession(keyOf(options));
    if (options.json) writeJson(io.stdout, session);
    else writeFields(io.stdout, sessionFields(session));
  });
}

async function remove(io: Io, options: Options): Promise<void> {
  await withStats(io, options, 'change', async ({ untyped: stats }) => {
    await stats.deleteSession(keyOf(options));
    writeLine(io.stderr, 'Deleted.');
  });
}

function keyOf({ user: userId, course: courseId, session: sessionId }: Options) {
  return { userId, courseId, sessionId };
}

interface ListOptions extends TargetOptions, PageOptions, RangeOptions {
  readonly user: string;
  readonly course: string;
}

export function addSessions(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('sessions'))
    .description("list a learner's sessions in a course, newest first")
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course');
  addPageOptions(addRangeOptions(command)).action(async (options: ListOptions) => {
    const { user: userId, course: courseId } = options;
    const { from, to } = await readRange(options);
    await withStats(io, options, 'read', async ({ untyped: stats }) => {
      const fetchPage = (page: object) => stats.listSessions({ userId, courseId, from, to, ...page });
      await writePages(io, options, fetchPage, SESSIONS);
    });
  });
}
