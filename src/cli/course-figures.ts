/** The figures of a course as tables, for the terminal and for reports. */
import type { CourseActivityItem, CourseLearner, CourseSummary, Quartiles } from '../core/index.js';
import type { ChartTable } from './chart-table.js';
import { formatStudyTime } from './duration.js';
import { describeRule } from './inactive-after.js';
import { average, figure, grouped, percentOf, type Cell, type Fields } from './output.js';

export function learnerFields(learner: CourseLearner): Fields {
  return [
    ['Name', learner.displayName],
    ['Learner', learner.userId],
    ['Groups', learner.groups.length === 0 ? null : learner.groups.join('; ')],
    ['Enrolled', learner.enrolledAt],
    ['Status', learner.status],
    ['Progress', learner.progress === null ? null : percentOf(learner.progress)],
    ['Sessions', learner.sessionCount],
    ['Modules studied', learner.totalModulesStudied],
    ['Distinct modules', learner.distinctModulesStudied],
    ['Average score', average(learner.averageScore)],
    ['Time studied', formatStudyTime(learner.timeStudied)],
    ['First completed', learner.firstCompletedAt],
    ['Last completed', learner.lastCompletedAt],
    ['Inactive', describeRule(learner)],
  ];
}

export function summaryFields(summary: CourseSummary): Fields {
  const { learners } = summary;
  return [
    ['Name', summary.name],
    ['Course', summary.courseId],
    ['Modules', summary.moduleCount],
    ['Learners', `${grouped(learners.total)}, ${grouped(learners.enrolled)} enrolled`],
    ['Sessions', grouped(summary.sessionCount)],
    ['Modules studied', grouped(summary.totalModulesStudied)],
    ['Average score', average(summary.averageScore)],
    ['Time studied', formatStudyTime(summary.timeStudied)],
    ['First completed', summary.firstCompletedAt],
    ['Last completed', summary.lastCompletedAt],
  ];
}

export function statusTable({ learners }: CourseSummary): ChartTable {
  const { notStarted, active, inactive, completed } = learners;
  return distribution('Status', [
    ['not-started', notStarted],
    ['active', active],
    ['inactive', inactive],
    ['completed', completed],
  ]);
}

/** Learners by progress, in steps of 10 %. */
export function progressTable({ progressHistogram }: CourseSummary): ChartTable {
  return distribution(
    'Progress from',
    progressHistogram.map((learners, index) => [
      figure(`${(index * 100) / progressHistogram.length} %`),
      learners,
    ]),
  );
}

export function modulesTable({ modules }: Pick<CourseSummary, 'modules'>): ChartTable {
  return distribution(
    'Module',
    modules.map(({ moduleId, learners }) => [moduleId, learners]),
  );
}

/** Numbers of learners, with a bar of each. */
function distribution(name: string, parts: readonly (readonly [Cell, number])[]): ChartTable {
  return {
    heading: [name, 'Learners'],
    rows: parts.map(([part, learners]) => [part, figure(grouped(learners))]),
    bars: { name: 'Chart', values: parts.map(([, learners]) => learners) },
  };
}

export function quartilesTable({ perLearner }: CourseSummary): ChartTable {
  const { averageScore, timeStudied, sessionCount } = perLearner;
  return {
    heading: ['Per learner', 'Min', '25 %', 'Median', '75 %', 'Max'],
    rows: [
      ['Average score', ...quartiles(averageScore, average)],
      ['Time studied', ...quartiles(timeStudied, (time) => figure(formatStudyTime(time)))],
      ['Sessions', ...quartiles(sessionCount, (sessions) => figure(grouped(sessions)))],
    ],
  };
}

function quartiles(values: Quartiles | null, toCell: (value: number) => Cell): Cell[] {
  if (values === null) return Array.from({ length: 5 }, () => null);
  const { min, p25, median, p75, max } = values;
  return [min, p25, median, p75, max].map(toCell);
}

/** Intervals by the date on which they start in their zone, with a bar of the active learners. */
export function activityTable(items: readonly CourseActivityItem[]): ChartTable {
  return {
    heading: ['Start', 'Learners', 'New', 'Sessions', 'Modules', 'Score', 'Time'],
    rows: items.map((item) => [
      item.start.slice(0, '2026-11-22'.length),
      item.activeLearners,
      item.newLearners,
      item.sessionCount,
      item.totalModulesStudied,
      average(item.averageScore),
      figure(formatStudyTime(item.timeStudied)),
    ]),
    bars: { name: 'Active', values: items.map(({ activeLearners }) => activeLearners) },
  };
}
