/** The content of a report, independent of its format: Markdown and HTML render the same document. */
import { Temporal } from 'temporal-polyfill';
import { inactiveSince, type CourseActivityItem, type RosterRow } from '../../core/index.js';
import type { ChartTable } from '../chart-table.js';
import {
  activityTable,
  modulesTable,
  progressTable,
  quartilesTable,
  statusTable,
  summaryFields,
} from '../course-figures.js';
import { formatStudyTime } from '../duration.js';
import { describeRule } from '../inactive-after.js';
import { count, figure, formatCell, grouped, type Cell } from '../output.js';
import { MAX_LISTED, type Listed, type ReportData } from './data.js';
import { weekOf } from './week.js';

/** A paragraph or a table. */
export type Block = string | ChartTable;

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export interface ReportDocument {
  readonly title: string;
  readonly intro: readonly string[];
  readonly sections: readonly Section[];
}

export function describeReport(report: ReportData): ReportDocument {
  const { week, timeZone, summary, weeks } = report;
  const { asOf, learners } = summary;
  const statuses = [
    `${grouped(learners.notStarted)} not started`,
    `${grouped(learners.active)} active`,
    `${grouped(learners.inactive)} inactive`,
    `${grouped(learners.completed)} completed`,
  ];
  return {
    title: `${summary.name}: week ${week.name}`,
    intro: [
      `${week.monday} to ${week.sunday}, time zone ${timeZone}.`,
      `${count(learners.total, 'learner')} as of ${asOf}: ${statuses.join(', ')}.`,
      ...(asOf < week.end ? ['The week is not over; its figures can still change.'] : []),
    ],
    sections: [
      { heading: 'The week', blocks: [comparison(weeks)] },
      { heading: `${count(weeks.length, 'week')} up to ${week.name}`, blocks: [weeksTable(weeks)] },
      becameInactive(report),
      completed(report),
      notStarted(report),
      theCourse(report),
    ],
  };
}

function comparison(weeks: readonly CourseActivityItem[]): ChartTable {
  const [before, now] = [weeks.at(-2), weeks.at(-1)];
  const row = (
    name: string,
    valueOf: (item: CourseActivityItem) => number | null,
    toText: (value: number) => string = grouped,
  ): Cell[] => {
    const [value, earlier] = [now, before].map((item) => (item ? valueOf(item) : null));
    return [name, ...figuresOf(value ?? null, earlier ?? null, toText)];
  };
  return {
    heading: ['Figure', ...[now, before].map((item) => (item ? weekOfItem(item) : '')), 'Change'],
    rows: [
      row('Active learners', (item) => item.activeLearners),
      row('New learners', (item) => item.newLearners),
      row('Sessions', (item) => item.sessionCount),
      row('Modules studied', (item) => item.totalModulesStudied),
      row(
        'Average score',
        (item) => item.averageScore,
        (score) => score.toFixed(2),
      ),
      row('Time studied', (item) => item.timeStudied, formatStudyTime),
    ],
  };
}

/** Returns the cells of two values and of their difference. */
function figuresOf(value: number | null, earlier: number | null, toText: (value: number) => string): Cell[] {
  const [now, before] = [value, earlier].map((amount) => (amount === null ? null : figure(toText(amount))));
  if (value === null || earlier === null) return [now ?? null, before ?? null, null];
  const change = value - earlier;
  const sign = change > 0 ? '+' : change < 0 ? '-' : '';
  return [now ?? null, before ?? null, figure(sign + toText(Math.abs(change)))];
}

function weekOfItem({ start }: CourseActivityItem): string {
  return weekOf(start.slice(0, '2026-11-22'.length));
}

function weeksTable(weeks: readonly CourseActivityItem[]): ChartTable {
  const { heading, rows, ...bars } = activityTable(weeks);
  return {
    heading: ['Week', ...heading],
    rows: weeks.map((item, index) => [weekOfItem(item), ...(rows[index] ?? [])]),
    ...bars,
  };
}

function becameInactive({ becameInactive: list, summary, timeZone }: ReportData): Section {
  const { inactiveAfter, asOf } = summary;
  const days = count(inactiveAfter, 'day');
  return {
    heading: 'Became inactive in the week',
    blocks: [
      ...learnersTable(list, ['Last session', 'Inactive since'], ({ lastCompletedAt }) => {
        if (lastCompletedAt === null) return [];
        const since = inactiveSince({ lastCompletedAt, inactiveAfter });
        return [lastCompletedAt, since].map((time) => dateOf(time, timeZone));
      }),
      `Learners whose last session was ${days} before a time in the week, and who are inactive as of ${asOf}. Those who have studied since, or have completed the course, are not listed.`,
    ],
  };
}

function completed({ completed: list, summary, timeZone }: ReportData): Section {
  const { moduleCount, asOf } = summary;
  const heading = 'Completed in the week';
  if (moduleCount === null)
    return { heading, blocks: ['The course declares no modules, so that learners cannot complete it.'] };
  const times = new Map(list.items.map(({ learner, completedAt }) => [learner, completedAt]));
  const learners = { items: list.items.map(({ learner }) => learner), total: list.total };
  return {
    heading,
    blocks: [
      ...learnersTable(learners, ['Completed'], (learner) => [dateOf(times.get(learner) ?? asOf, timeZone)]),
      `Learners who have studied all modules as of ${asOf}, and were missing at least one before the week and none at its end. The modules are the ${grouped(moduleCount)} that the course declares now; the time is that of the first session after which none was missing.`,
      ...(list.checked === null
        ? []
        : [
            `The list can be incomplete: of the learners with all modules who have studied since the week began, only the ${grouped(list.checked)} who studied last were checked.`,
          ]),
    ],
  };
}

function notStarted({ notStarted: list, summary }: ReportData): Section {
  const rule = `Enrolled learners without a session, as of ${summary.asOf}.`;
  return {
    heading: 'Not started',
    blocks: [...learnersTable(list, ['Groups'], ({ groups }) => [groups.join('; ')]), rule],
  };
}

/** The listed learners with their name, id and further columns, or that there are none. */
function learnersTable(
  { items, total }: Listed,
  names: readonly string[],
  toCells: (learner: RosterRow) => readonly Cell[],
): Block[] {
  if (items.length === 0) return ['None.'];
  const table = {
    heading: ['Name', 'Learner', ...names],
    rows: items.map((learner) => [learner.displayName, learner.userId, ...toCells(learner)]),
  };
  return total > items.length
    ? [table, `The first ${items.length} of ${grouped(total)} are listed.`]
    : [table];
}

function dateOf(time: string, timeZone: string): string {
  return Temporal.Instant.from(time).toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

/** The figures of the whole course, which are those of now. */
function theCourse({ summary }: ReportData): Section {
  const modules = summary.modules.slice(0, MAX_LISTED);
  const more = summary.modules.length - modules.length;
  return {
    heading: `The course as of ${summary.asOf}`,
    blocks: [
      'All sessions count, not only those of the week.',
      {
        heading: ['Figure', 'Value'],
        rows: summaryFields(summary).map((field) => field.map((cell) => formatCell(cell))),
      },
      statusTable(summary),
      `Inactive: ${describeRule(summary)}.`,
      ...(summary.moduleCount === null ? [] : [progressTable(summary)]),
      quartilesTable(summary),
      ...(modules.length === 0 ? [] : [modulesTable({ modules })]),
      ...(more === 0
        ? []
        : [`The first ${modules.length} of ${grouped(summary.modules.length)} modules are listed.`]),
    ],
  };
}
