/**
 * Finds who completed a course in a week. The database does not store when progress became 1, so it is computed from the
 * sessions of each candidate: a learner with the status `completed` who has studied both since the week began and before it
 * ended. The first session after which all modules had been studied is the completion. This is exact for the modules that
 * the course declares now.
 */
import type { CourseId, CourseSummary, RosterRow, Session, StatsCalls, UserId } from '../../core/index.js';
import { MAX_LISTED, type Completion, type Completions } from './data.js';
import { latestLearners, sessionsOf } from './walks.js';
import type { Week } from './week.js';

/** Learners whose sessions are read, so that a report about a week long ago ends. */
const MAX_CANDIDATES = 2_000;
/** Learners whose sessions are read at the same time. */
const CONCURRENCY = 8;

export async function findCompletions(
  stats: StatsCalls,
  { courseId, moduleCount, modules }: CourseSummary,
  week: Week,
  maxCandidates = MAX_CANDIDATES,
): Promise<Completions> {
  if (moduleCount === null) return { items: [], total: 0, checked: null };
  const declared = modules.map(({ moduleId }) => moduleId);
  const candidates: RosterRow[] = [];
  let checked: number | null = null;
  for await (const learner of latestLearners(stats, { courseId, status: 'completed' }, week.start)) {
    if (learner.firstCompletedAt === null || learner.firstCompletedAt >= week.end) continue;
    if (candidates.length === maxCandidates) {
      checked = maxCandidates;
      break;
    }
    candidates.push(learner);
  }
  const found: Completion[] = [];
  for (let first = 0; first < candidates.length; first += CONCURRENCY) {
    const group = candidates.slice(first, first + CONCURRENCY).map(async (learner) => {
      const key = { userId: learner.userId, courseId };
      const completedAt = await findCompletion(stats, key, declared, week);
      return completedAt === undefined ? [] : [{ learner, completedAt }];
    });
    found.push(...(await Promise.all(group)).flat());
  }
  const items = found.toSorted((a, b) => Date.parse(a.completedAt) - Date.parse(b.completedAt));
  return { items: items.slice(0, MAX_LISTED), total: items.length, checked };
}

/** Returns the completion time of the session that completed the course, if that session is of the week. */
async function findCompletion(
  stats: StatsCalls,
  key: { readonly userId: UserId; readonly courseId: CourseId },
  declared: readonly string[],
  { start, end }: Week,
): Promise<string | undefined> {
  const ofWeek: Session[] = [];
  for await (const session of sessionsOf(stats, { ...key, from: start, to: end })) ofWeek.push(session);
  // The earlier sessions of most learners need not be read.
  if (ofWeek.length === 0) return undefined;
  const missing = new Set(declared);
  const isLast = ({ moduleIds }: Session): boolean => {
    for (const moduleId of moduleIds) missing.delete(moduleId);
    return missing.size === 0;
  };
  for await (const session of sessionsOf(stats, { ...key, to: start })) {
    if (isLast(session)) return undefined;
  }
  return ofWeek.toReversed().find(isLast)?.completedAt;
}
