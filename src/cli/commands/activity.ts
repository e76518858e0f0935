import { Option, type Command } from 'commander';
import { CSV_LISTS, type ActivityDay, type LearnerActivity } from '../../core/index.js';
import { writeChartTable } from '../chart-table.js';
import { asciiOption, type ChartOptions } from '../charts.js';
import { activityTable } from '../course-figures.js';
import { formatDuration } from '../duration.js';
import { UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { count, writeFields, writeJson, writeLine, type Cell } from '../output.js';
import { addRangeOptions, readRange, type RangeOptions } from '../range.js';
import { csvOption, writeCsv } from '../spreadsheet.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';

interface Options extends TargetOptions, RangeOptions, ChartOptions {
  readonly user?: string;
  readonly course?: string;
  readonly interval?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function addActivity(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('activity'))
    .description('show when a learner has studied, in any course, and streaks; or the activity of a course')
    .option('--user <id>', 'the learner: days with a session, and streaks')
    .option('--course <id>', 'the course: active learners, new learners and sums per interval')
    .addOption(
      new Option(
        '--interval <name>',
        'of a course: the length of the intervals; weeks begin on Monday (default: week)',
      ).choices(['day', 'week', 'month']),
    );
  addRangeOptions(command, 'the time zone of the days and intervals, and of such a date')
    .option(
      '--day-start <time>',
      'of a learner: the time at which a day starts, 00:00 to 06:00 (default: 00:00)',
    )
    .option('--json', 'print one JSON document')
    .addOption(csvOption())
    .addOption(asciiOption())
    .action(async (options: Options) => {
      const { user, course, interval, dayStart } = options;
      if (course !== undefined) {
        assertMissing('--course', { '--user': user, '--day-start': dayStart });
        await showCourse(io, options);
      } else if (user !== undefined) {
        assertMissing('--user', { '--interval': interval });
        await showLearner(io, options);
      } else {
        throw new UsageError('activity needs a learner or a course; add --user or --course');
      }
    });
}

function assertMissing(of: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [flag, value] of Object.entries(flags)) {
    if (value !== undefined) throw new UsageError(`${flag} cannot be used with ${of}; remove one of them`);
  }
}

async function showCourse(io: Io, options: Options): Promise<void> {
  const { course: courseId, interval, timeZone } = options;
  const { from, to } = await readRange(options);
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const activity = await stats.getCourseActivity({ courseId, interval, timeZone, from, to });
    if (options.json) writeJson(io.stdout, activity);
    else if (options.csv) writeCsv(io.stdout, CSV_LISTS.getCourseActivity.columns, activity.items);
    else writeChartTable(io, activityTable(activity.items), options);
  });
}

async function showLearner(io: Io, options: Options): Promise<void> {
  const { user: userId, timeZone, dayStart } = options;
  const { from, to } = await readRange(options);
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const activity = await stats.getLearnerActivity({ userId, timeZone, dayStart, from, to });
    if (options.json) writeJson(io.stdout, activity);
    else if (options.csv) writeCsv(io.stdout, CSV_LISTS.getLearnerActivity.columns, activity.items);
    else writeLearner(io, activity, options);
  });
}

/** Streaks and days, with a bar of the time studied. */
function writeLearner(io: Io, activity: LearnerActivity, options: ChartOptions): void {
  const { currentStreak, longestStreak, activeDays, items } = activity;
  writeFields(io.stdout, [
    ['Current streak', count(currentStreak, 'day')],
    ['Longest streak', count(longestStreak, 'day')],
    ['Active days', count(activeDays, 'day')],
  ]);
  writeLine(io.stdout, '');
  const table = {
    heading: ['Date', 'Sessions', 'Modules', 'Time'],
    rows: items.map(toRow),
    bars: { name: 'Studied', values: items.map(({ timeStudied }) => timeStudied) },
  };
  writeChartTable(io, table, options);
}

function toRow({ date, sessionCount, totalModulesStudied, timeStudied }: ActivityDay): Cell[] {
  return [date, sessionCount, totalModulesStudied, formatDuration(timeStudied)];
}
