import type { StatsCalls, Untyped } from '../../core/index.js';
import type { Values } from './readers/entry.js';
import { forEachConcurrently, type WriteResult, type WriteTarget } from './writer.js';

/** Enrolments in flight. */
const CONCURRENCY = 64;

/** Enrols the learner of each line. A line replaces an enrolment. */
export function enrolmentTarget(calls: Pick<Untyped<StatsCalls>, 'enrolLearner'>): WriteTarget {
  const enrol = async ({ userId, courseId, ...enrolment }: Values): Promise<WriteResult> => {
    try {
      const { outcome } = await calls.enrolLearner({ userId, courseId, enrolment });
      return { outcome: outcome === 'created' ? 'recorded' : 'replaced' };
    } catch (error) {
      return { outcome: 'failed', error };
    }
  };
  return {
    async recordSessions({ sessions: lines }) {
      const results: WriteResult[] = [];
      await forEachConcurrently(lines.entries(), CONCURRENCY, async ([index, line]) => {
        results[index] = await enrol(line);
      });
      return results;
    },
    putSession: () => Promise.reject(new Error('An enrolment has no conflicts.')),
  };
}
