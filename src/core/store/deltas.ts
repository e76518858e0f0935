import { moduleIdsOf, type SessionRow } from './rows.js';
import type { CourseStatsTable } from './schema.js';

/** The change that sessions make to a learner's rollup and module counts in a course. */
export interface Delta extends CourseStatsTable {
  /** The number of sessions per module id. */
  readonly modules: Map<string, number>;
}

/** Maximum sessions per delta, whose weighted score then fits into 64 bits. */
const MAX_SESSIONS = 1_000;

/**
 * Sums sessions into deltas; all sums are exact integers. Only consecutive sessions of a learner in a course
 * share a delta: imports are sorted by learner, and in a batch of concurrent calls learners rarely repeat.
 */
export function* sumDeltas(sessions: Iterable<SessionRow>): Generator<Delta> {
  let delta: Delta | undefined;
  for (const session of sessions) {
    if (!delta || !hasRoomFor(delta, session)) {
      if (delta) yield delta;
      delta = emptyDelta(session);
    }
    add(delta, session);
  }
  if (delta) yield delta;
}

/** The delta of a single session. */
export function deltaOf(session: SessionRow): Delta {
  const delta = emptyDelta(session);
  add(delta, session);
  return delta;
}

function hasRoomFor(delta: Delta, session: SessionRow): boolean {
  return (
    delta.user_id === session.user_id &&
    delta.course_id === session.course_id &&
    delta.session_count < MAX_SESSIONS
  );
}

function emptyDelta({ user_id, course_id, completed_at, updated_at }: SessionRow): Delta {
  return {
    user_id,
    course_id,
    session_count: 0,
    total_modules_studied: 0,
    scored_modules: 0,
    weighted_score_units: 0n,
    time_studied: 0,
    first_completed_at: completed_at,
    last_completed_at: completed_at,
    created_at: updated_at,
    updated_at,
    modules: new Map(),
  };
}

function add(delta: Delta, session: SessionRow): void {
  const { total_modules_studied: modules, average_score_units: units } = session;
  delta.session_count += 1;
  delta.total_modules_studied += modules;
  if (units !== null) {
    delta.scored_modules += modules;
    // Below 2^53: 100,000 modules × 10^10 units.
    delta.weighted_score_units += BigInt(units * modules);
  }
  delta.time_studied += session.time_studied;
  if (session.completed_at < delta.first_completed_at) delta.first_completed_at = session.completed_at;
  if (session.completed_at > delta.last_completed_at) delta.last_completed_at = session.completed_at;
  if (session.updated_at > delta.updated_at) delta.updated_at = session.updated_at;
  for (const id of moduleIdsOf(session)) delta.modules.set(id, (delta.modules.get(id) ?? 0) + 1);
}
