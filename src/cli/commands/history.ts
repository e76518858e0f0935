import { Option, type Command } from 'commander';
import type { Io } from '../io.js';
import { asciiOption, barsFor, chartsFor, levelsFor, type ChartOptions } from '../charts.js';
import { average, writeFittingTable, writeJson, type Cell } from '../output.js';
import { addRangeOptions, readRange, type RangeOptions } from '../range.js';
import { csvOption, writeCsv } from '../spreadsheet.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';
import { CSV_LISTS, type History, type HistoryItem } from '../../core/index.js';
import { formatDuration } from '../duration.js';

interface Options extends TargetOptions, RangeOptions, ChartOptions {
  readonly user: string;
  readonly course: string;
  readonly interval: string;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function addHistory(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('history'))
    .description("show a learner's stats in a course per day, week or month")
    .requiredOption('--user <id>', 'the learner')
    .requiredOption('--course <id>', 'the course')
    .addOption(
      new Option('--interval <name>', 'the length of the intervals; weeks begin on Monday')
        .choices(['day', 'week', 'month'])
        .default('week'),
    );
  addRangeOptions(command, 'the time zone of the intervals and of such a date')
    .option('--json', 'print one JSON document')
    .addOption(csvOption())
    .addOption(asciiOption())
    .action(async (options: Options) => {
      const { user: userId, course: courseId, interval, timeZone, json, csv } = options;
      const { from, to } = await readRange(options);
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        const history = await stats.getHistory({ userId, courseId, interval, timeZone, from, to });
        if (json) writeJson(io.stdout, history);
        else if (csv) writeCsv(io.stdout, CSV_LISTS.getHistory.columns, history.items);
        else writeFittingTable(io, ...historyTable(history, io, options), options);
      });
    });
}

/** With charts, adds a sparkline of the scores and a bar of the time studied. */
function historyTable({ items }: History, io: Io, options: Options): [rows: Cell[][], heading: string[]] {
  const heading = ['Start', 'Sessions', 'Modules', 'Time', 'Score'];
  const charts = chartsFor(io, options);
  if (!charts) return [items.map(toRow), heading];
  const levelOf = levelsFor(
    charts,
    items.map(({ averageScore }) => averageScore),
  );
  const barOf = barsFor(
    charts,
    items.map(({ timeStudied }) => timeStudied),
    io,
  );
  const rows = items.map((item) => [...toRow(item), levelOf(item.averageScore), barOf(item.timeStudied)]);
  return [rows, [...heading, 'Trend', 'Studied']];
}

function toRow(item: HistoryItem): Cell[] {
  const { start, sessionCount, totalModulesStudied, averageScore, timeStudied } = item;
  return [start, sessionCount, totalModulesStudied, formatDuration(timeStudied), average(averageScore)];
}
