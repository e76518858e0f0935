import { Option, type Command } from 'commander';
import { inactiveAfterOption } from '../inactive-after.js';
import type { Io } from '../io.js';
import type { ReportOptions } from '../report/index.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';

export function addReport(program: Command, io: Io): void {
  addTargetOptions(program.command('report'))
    .description('print a report of a week of a course, for example to send it by mail')
    .requiredOption('--course <id>', 'the course')
    .option(
      '--week <week>',
      'the week, such as 2026-W13, Monday to Sunday (default: the last one that is over)',
    )
    .option('--time-zone <name>', 'the time zone of the weeks, such as Europe/London (default: UTC)')
    .addOption(
      new Option('--format <format>', 'Markdown, or a page of HTML in one file')
        .choices(['md', 'html'])
        .default('md'),
    )
    .addOption(inactiveAfterOption())
    .action(async (options: TargetOptions & ReportOptions) => {
      const { createReport } = await import('../report/index.js');
      await withStats(io, options, 'read', async (stats) => {
        io.stdout.write(await createReport(stats, options));
      });
    });
}
