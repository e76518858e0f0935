import { moduleIdsOf, type SessionRow } from './rows.js';
import type { CourseStatsTable } from './schema.js';

/** What sessions of a learner in a course add to the totals and to the modules. */
export interface LearnerShare extends Omit<CourseStatsTable, 'created_at'> {
  /** How many of the sessions studied each. */
  readonly modules: Map<string, number>;
}

/** Sessions of one learner that are added together: what they are worth at most is within SQLite's integers. */
const MAX_SESSIONS = 1_000;

/** The shares of sessions of which those of a learner follow each other, where several were recorded together. */
export function* learnerShares(rows: Iterable<SessionRow>): Generator<LearnerShare> {
  let share: LearnerShare | undefined;
  for (const row of rows) {
    if (!share || !isOf(share, row)) {
      if (share) yield share;
      share = emptyShare(row);
    }
    add(share, row);
  }
  if (share) yield share;
}

function isOf(share: LearnerShare, row: SessionRow): boolean {
  return (
    share.user_id === row.user_id && share.course_id === row.course_id && share.session_count < MAX_SESSIONS
  );
}

function emptyShare({ user_id, course_id, completed_at, updated_at }: SessionRow): LearnerShare {
  return {
    user_id,
    course_id,
    session_count: 0,
    total_modules_studied: 0,
    weighted_score_units: 0n,
    time_studied: 0,
    first_completed_at: completed_at,
    last_completed_at: completed_at,
    updated_at,
    modules: new Map(),
  };
}

function add(share: LearnerShare, row: SessionRow): void {
  share.session_count += 1;
  share.total_modules_studied += row.total_modules_studied;
  share.weighted_score_units += BigInt(row.average_score_units) * BigInt(row.total_modules_studied);
  share.time_studied += row.time_studied;
  if (row.completed_at < share.first_completed_at) share.first_completed_at = row.completed_at;
  if (row.completed_at > share.last_completed_at) share.last_completed_at = row.completed_at;
  if (row.updated_at > share.updated_at) share.updated_at = row.updated_at;
  for (const id of moduleIdsOf(row)) share.modules.set(id, (share.modules.get(id) ?? 0) + 1);
}
