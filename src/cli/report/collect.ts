import {
  inactiveBefore,
  inactiveSince,
  type CourseSummary,
  type RosterRow,
  type StatsCalls,
} from '../../core/index.js';
import { findCompletions } from './completions.js';
import { MAX_LISTED, type Listed, type ReportData } from './data.js';
import { latestLearners } from './walks.js';
import type { Week } from './week.js';

export async function collectReport(
  stats: StatsCalls,
  { week, timeZone, summary }: Pick<ReportData, 'week' | 'timeZone' | 'summary'>,
): Promise<ReportData> {
  const { courseId, learners } = summary;
  const [interval, status, sort] = ['week', 'not-started', 'displayName'] as const;
  const range = { from: week.trendStart, to: week.end };
  const activity = await stats.getCourseActivity({ courseId, interval, timeZone, ...range });
  const { items } = await stats.listLearners({ courseId, status, sort, limit: MAX_LISTED });
  return {
    week,
    timeZone,
    summary,
    weeks: activity.items,
    becameInactive: await findInactive(stats, summary, week),
    completed: await findCompletions(stats, summary, week),
    notStarted: { items, total: Math.max(learners.notStarted, items.length) },
  };
}

/**
 * Finds the inactive learners who became inactive in a week. The last session is known, and the learner has not studied
 * since, so this is exact although statuses are not stored.
 */
async function findInactive(
  stats: StatsCalls,
  { courseId, inactiveAfter }: CourseSummary,
  { start, end }: Week,
): Promise<Listed> {
  const items: RosterRow[] = [];
  let total = 0;
  const since = inactiveBefore({ inactiveAfter, asOf: start });
  for await (const row of latestLearners(stats, { courseId, status: 'inactive', inactiveAfter }, since)) {
    const { lastCompletedAt } = row;
    if (lastCompletedAt === null || inactiveSince({ lastCompletedAt, inactiveAfter }) >= end) continue;
    total++;
    if (items.length < MAX_LISTED) items.push(row);
  }
  return { items, total };
}
