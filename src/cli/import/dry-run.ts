import {
  sessionChecker,
  sessionConflict,
  StatsError,
  type LearnerSession,
  type Session,
  type StatsCalls,
  type Untyped,
} from '../../core/index.js';
import { forEachConcurrently, type WriteResult, type WriteTarget } from './writer.js';

/** Sessions in flight. */
const CONCURRENCY = 64;

/**
 * Predicts the results of recording sessions. It validates each session and compares it with the stored one.
 *
 * @param createCourses accepts sessions of missing courses
 */
export function dryRunTarget(
  stats: Untyped<StatsCalls>,
  { createCourses }: { readonly createCourses: boolean },
): WriteTarget {
  const check = sessionChecker(Date.now);
  const predict = async (item: object): Promise<WriteResult> => {
    try {
      const session = check(item);
      const { userId, courseId, sessionId } = session;
      const stored = await stats.getSession({ userId, courseId, sessionId });
      if (isReplay(stored, session)) return { outcome: 'replayed' };
      throw sessionConflict(stored.sessionId);
    } catch (error) {
      const code = error instanceof StatsError ? error.code : undefined;
      const isNew = code === 'session-not-found' || (code === 'course-not-found' && createCourses);
      return isNew ? { outcome: 'recorded' } : { outcome: 'failed', error };
    }
  };
  return {
    async recordSessions({ sessions }) {
      const results: WriteResult[] = [];
      await forEachConcurrently(sessions.entries(), CONCURRENCY, async ([index, session]) => {
        results[index] = await predict(session);
      });
      return results;
    },
    putSession: () => Promise.resolve(),
  };
}

/** A replay has the same content. `completedAt` is compared only if it is sent. */
function isReplay(stored: Session, sent: LearnerSession): boolean {
  const { completedAt = stored.completedAt, moduleIds = [] } = sent;
  return (
    stored.totalModulesStudied === sent.totalModulesStudied &&
    stored.averageScore === sent.averageScore &&
    stored.timeStudied === sent.timeStudied &&
    stored.completedAt === completedAt &&
    stored.moduleIds.join(' ') === moduleIds.join(' ')
  );
}
