import type { Command } from 'commander';
import type { CourseSummary } from '../../core/index.js';
import { writeChartTable } from '../chart-table.js';
import { asciiOption, type ChartOptions } from '../charts.js';
import {
  modulesTable,
  progressTable,
  quartilesTable,
  statusTable,
  summaryFields,
} from '../course-figures.js';
import { describeRule, inactiveAfterOption } from '../inactive-after.js';
import type { Io } from '../io.js';
import { writeFields, writeJson, writeLine } from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';

interface Options extends TargetOptions, ChartOptions {
  readonly course: string;
  readonly inactiveAfter?: number | string;
  readonly json?: boolean;
}

export function addSummary(program: Command, io: Io): void {
  addTargetOptions(program.command('summary'))
    .description('show the figures of a course: learners by status and progress, sums, quartiles, modules')
    .requiredOption('--course <id>', 'the course')
    .addOption(inactiveAfterOption())
    .option('--json', 'print one JSON document')
    .addOption(asciiOption())
    .action(async (options: Options) => {
      const { course: courseId, inactiveAfter, json } = options;
      await withStats(io, options, 'read', async ({ untyped: stats }) => {
        const summary = await stats.getSummary({ courseId, inactiveAfter });
        if (json) writeJson(io.stdout, summary);
        else writeSummary(io, summary, options);
      });
    });
}

function writeSummary(io: Io, summary: CourseSummary, options: ChartOptions): void {
  writeFields(io.stdout, summaryFields(summary), options);
  const tables = [
    statusTable(summary),
    // Without modules there is no progress.
    ...(summary.moduleCount === null ? [] : [progressTable(summary)]),
    quartilesTable(summary),
    ...(summary.modules.length === 0 ? [] : [modulesTable(summary)]),
  ];
  for (const table of tables) {
    writeLine(io.stdout, '');
    writeChartTable(io, table, options);
  }
  writeLine(io.stdout, `\nInactive: ${describeRule(summary)}.`);
}
