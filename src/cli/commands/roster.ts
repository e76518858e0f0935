import { Option, type Command } from 'commander';
import { CSV_LISTS, ROSTER_SORTS, SORT_ORDERS, STATUSES, type RosterRow } from '../../core/index.js';
import { asciiOption, chartsFor, type ChartOptions } from '../charts.js';
import { learnerFields } from '../course-figures.js';
import { formatStudyTime } from '../duration.js';
import { UsageError } from '../errors.js';
import { describeRule, inactiveAfterOption } from '../inactive-after.js';
import type { Io } from '../io.js';
import {
  addPageOptions,
  average,
  figure,
  percentOf,
  writeFields,
  writeJson,
  writeLine,
  writePages,
  type ListView,
  type PageOptions,
} from '../output.js';
import { addTargetOptions, withStats, type TargetOptions } from '../target.js';

interface ListOptions extends PageOptions {
  readonly sort?: string;
  readonly order?: string;
  readonly status?: string;
  readonly group?: string;
  readonly search?: string;
}

interface Options extends TargetOptions, ListOptions, ChartOptions {
  readonly course: string;
  readonly user?: string;
  readonly inactiveAfter?: number | string;
}

/** The options that one row does not have. */
const OF_LIST = ['sort', 'order', 'status', 'group', 'search', 'limit', 'cursor', 'csv'] as const;

export function addRoster(program: Command, io: Io): void {
  const command = addTargetOptions(program.command('roster'))
    .description('list the learners of a course with their status and lifetime stats')
    .requiredOption('--course <id>', 'the course')
    .option('--user <id>', 'show only this learner, as fields')
    .addOption(new Option('--sort <field>', 'the field to sort by (default: userId)').choices(ROSTER_SORTS))
    .addOption(new Option('--order <order>', 'ascending or descending (default: asc)').choices(SORT_ORDERS))
    .addOption(new Option('--status <status>', 'only learners with this status').choices(STATUSES))
    .option('--group <name>', 'only learners of this group')
    .option('--search <text>', 'only learners whose name or id begins with this text')
    .addOption(inactiveAfterOption());
  addPageOptions(command)
    .addOption(asciiOption())
    .action((options: Options) =>
      options.user === undefined ? listLearners(io, options) : showLearner(io, options),
    );
}

async function showLearner(io: Io, options: Options): Promise<void> {
  const { user: userId, course: courseId, inactiveAfter, json } = options;
  const ofList = OF_LIST.filter((name) => options[name] !== undefined);
  if (ofList.length > 0) {
    const flags = ofList.map((name) => `--${name}`).join(', ');
    throw new UsageError(`${flags} cannot be used for one learner; remove --user or ${flags}`);
  }
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const learner = await stats.getLearner({ userId, courseId, inactiveAfter });
    if (json) writeJson(io.stdout, learner);
    else writeFields(io.stdout, learnerFields(learner), options);
  });
}

async function listLearners(io: Io, options: Options): Promise<void> {
  const { course: courseId, sort, order, status, group, search, inactiveAfter } = options;
  const query = { courseId, sort, order, status, group, search, inactiveAfter };
  let isStated = false;
  await withStats(io, options, 'read', async ({ untyped: stats }) => {
    const fetchPage = async (page: object) => {
      const roster = await stats.listLearners({ ...query, ...page });
      // On stderr, because rows of JSON and CSV have no place for it.
      if (!isStated) writeLine(io.stderr, `Inactive: ${describeRule(roster)}.`);
      isStated = true;
      return roster;
    };
    await writePages(io, options, fetchPage, rosterView(io, options));
  });
}

/** Characters of the longest bar of progress. */
const DONE_BAR_WIDTH = 10;

/** With charts, adds a bar of the progress. The columns up to the score fit a terminal of 80 columns. */
function rosterView(io: Io, options: ChartOptions): ListView<RosterRow> {
  const charts = chartsFor(io, options);
  const heading = ['Name', 'Learner', 'Status', 'Progress', 'Score', 'Last session', 'Time', 'Sessions'];
  return {
    heading: [...heading, ...(charts ? ['Done'] : []), 'Groups'],
    toRow: (row) => [
      row.displayName,
      row.userId,
      row.status,
      row.progress === null ? null : figure(percentOf(row.progress)),
      average(row.averageScore),
      row.lastCompletedAt?.slice(0, '2026-11-22'.length) ?? null,
      figure(formatStudyTime(row.timeStudied)),
      row.sessionCount,
      ...(charts ? [charts.bar(row.progress ?? 0, DONE_BAR_WIDTH)] : []),
      row.groups.join('; '),
    ],
    columns: CSV_LISTS.listLearners.columns,
  };
}
