import type { Command } from 'commander';
import type { Io } from '../io.js';
import { writeFields, writeJson, writeLine } from '../output.js';
import { parseModuleIds, parseNumber, parseTime } from '../settings.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { describeUndeclared, findUndeclared } from '../undeclared.js';
import { sessionFields } from '../views.js';

interface Options extends TargetOptions {
  readonly user: string;
  readonly course: string;
  readonly session?: string;
  readonly modules: number | string;
  readonly score: number | string;
  readonly time: number;
  readonly completedAt?: string;
  readonly moduleIds?: readonly string[];
  readonly replace?: boolean;
  readonly json?: boolean;
}

const MESSAGES = {
  recorded: 'Recorded.',
  replayed: 'The session was recorded before; nothing was changed.',
  replaced: 'Replaced.',
};

export function addRecord(program: Command, io: Io): void {
  addTargetOptions(program.command('record'))
    .description('record a session, exactly once')
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course')
    .option('--session <id>', 'the id of the session (default: a new one)')
    .requiredOption('--modules <count>', 'the number of modules studied', parseNumber)
    .requiredOption(
      '--score <score>',
      'the average score of the modules; null if they were not scored',
      parseNumber,
    )
    .requiredOption(
      '--time <duration>',
      'the time studied, such as 25m, 1h5m, 90s, 250ms or PT25M, or milliseconds from 1000',
      parseTime,
    )
    .option(
      '--completed-at <time>',
      'when the session was completed, as an RFC 3339 time (default: now; with --replace: unchanged)',
    )
    .option('--module-ids <id...>', 'the ids of the modules studied (default: none)', parseModuleIds)
    .option('--replace', 'replace the session that has this id')
    .option('--json', 'print one JSON document')
    .action((options: Options) => record(io, options));
}

async function record(io: Io, options: Options): Promise<void> {
  const content = {
    totalModulesStudied: options.modules,
    averageScore: options.score === 'null' ? null : options.score,
    timeStudied: options.time,
    completedAt: options.completedAt,
    moduleIds: options.moduleIds,
  };
  const { user: userId, course: courseId, session: sessionId } = options;
  await withStats(io, options, 'change', async ({ untyped: stats }) => {
    const { outcome, session } = options.replace
      ? await stats.putSession({ userId, courseId, sessionId, session: content })
      : await stats.recordSession({ userId, courseId, session: { sessionId, ...content } });
    writeLine(io.stderr, MESSAGES[outcome]);
    const undeclared = await findUndeclared(stats, new Map([[session.courseId, new Set(session.moduleIds)]]));
    if (undeclared.length > 0) {
      const found = describeUndeclared(undeclared);
      writeLine(io.stderr, `Modules that the course does not declare, without progress: ${found}`);
    }
    if (options.json) writeJson(io.stdout, session);
    else writeFields(io.stdout, sessionFields(session));
  });
}
