import type { Command } from 'commander';
import type { ActivityDay, LearnerActivity } from '../../core/index.js';
import { barsFor } from '../bars.js';
import { formatDuration } from '../duration.js';
import type { Io } from '../io.js';
import { count, writeFields, writeFittingTable, writeJson, writeLine, type Cell } from '../output.js';
import { addRangeOptions, readRange, type RangeOptions } from '../range.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';

interface Options extends TargetOptions, RangeOptions {
  readonly user: string;
  readonly json?: boolean;
}

export function addActivity(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('activity'))
    .description('show the days on which a learner has studied, in any course, and streaks')
    .requiredOption('--user <id>', 'the learner');
  addRangeOptions(command, 'the time zone of the days and of such a date')
    .option('--day-start <time>', 'the time at which a day starts, 00:00 to 06:00 (default: 00:00)')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const { user: userId, timeZone, dayStart, json } = options;
      const { from, to } = await readRange(options);
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        const activity = await stats.getLearnerActivity({ userId, timeZone, dayStart, from, to });
        if (json) writeJson(io.stdout, activity);
        else writeActivity(io, activity);
      });
    });
}

/** Streaks and days, on a terminal with a bar of the time studied. */
function writeActivity(io: Io, { currentStreak, longestStreak, activeDays, items }: LearnerActivity): void {
  writeFields(io.stdout, [
    ['Current streak', count(currentStreak, 'day')],
    ['Longest streak', count(longestStreak, 'day')],
    ['Active days', count(activeDays, 'day')],
  ]);
  writeLine(io.stdout, '');
  const heading = ['Date', 'Sessions', 'Modules', 'Time'];
  if (!io.terminal) {
    writeFittingTable(io, items.map(toRow), heading);
    return;
  }
  const barOf = barsFor(
    items.map(({ timeStudied }) => timeStudied),
    io,
  );
  const rows = items.map((item) => [...toRow(item), barOf(item.timeStudied)]);
  writeFittingTable(io, rows, [...heading, 'Studied']);
}

function toRow({ date, sessionCount, totalModulesStudied, timeStudied }: ActivityDay): Cell[] {
  return [date, sessionCount, totalModulesStudied, formatDuration(timeStudied)];
}
