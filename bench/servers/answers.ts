import type { Learner, NewSession, TotalsRow } from './service.js';

const UNITS_PER_SCORE = 10_000;

/** Good for the scores of the load, which have few decimals; the product rounds all of them. */
export function scoreUnits(score: number): number {
  return Math.round(score * UNITS_PER_SCORE);
}

/** By hand, since the values need no escaping: cheaper than `JSON.stringify` of an object made for it. */
export function sessionJson(session: NewSession, now: string): string {
  return `{"sessionId":"${session.sessionId}","courseId":"${session.courseId}","totalModulesStudied":${session.totalModulesStudied},"averageScore":${session.averageScore},"timeStudied":${session.timeStudied},"completedAt":"${now}","moduleIds":[],"createdAt":"${now}","updatedAt":"${now}"}\n`;
}

/** As {@link sessionJson}; the totals of the seeds are below 2^53, so that one division is exact enough. */
export function statsJson({ courseId }: Learner, row: TotalsRow): string {
  const modules = row.total_modules_studied;
  const average = modules === 0 ? null : row.weighted_score_units / (modules * UNITS_PER_SCORE);
  const declared = row.declared === 0 ? null : row.declared;
  const progress = declared === null ? null : row.studied_of_declared / declared;
  return `{"courseId":"${courseId}","sessionCount":${row.session_count},"totalModulesStudied":${modules},"averageScore":${average},"timeStudied":${row.time_studied},"distinctModulesStudied":${row.studied},"moduleCount":${declared},"progress":${progress},"firstCompletedAt":"${row.first_completed_at}","lastCompletedAt":"${row.last_completed_at}"}\n`;
}
