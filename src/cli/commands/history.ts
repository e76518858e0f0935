import { Option, type Command } from 'commander';
import { historyTable } from '../history-view.js';
import type { Io } from '../io.js';
import { writeJson, writeTable } from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';

interface Options extends TargetOptions {
  readonly user: string;
  readonly course: string;
  readonly interval: string;
  readonly timeZone?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export function addHistory(program: Command, io: Io): void {
  addTargetOptions(program.command('history'))
    .description("a learner's stats in a course per day, week or month")
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course')
    .addOption(
      new Option('--interval <name>', 'weeks begin on Monday')
        .choices(['day', 'week', 'month'])
        .default('week'),
    )
    .option('--time-zone <name>', 'whose days are meant, such as Europe/London (default: UTC)')
    .option('--from <time>', 'only sessions completed at this time or later: RFC 3339 with offset')
    .option('--to <time>', 'only sessions completed before this time')
    .option('--json', 'one JSON document')
    .action(async (options: Options) => {
      const { user: userId, course: courseId, interval, timeZone, from, to, json } = options;
      await withStats(io, options, 'read', async ({ unchecked: stats }) => {
        const history = await stats.getHistory({ userId, courseId, interval, timeZone, from, to });
        if (json) writeJson(io.stdout, history);
        else writeTable(io.stdout, ...historyTable(history, { bars: io.terminal }));
      });
    });
}
