import type { Stats } from '../api.js';
import { LocalStats } from '../local.js';
import type { Candidate } from '../store/batches/candidate.js';
import { PackedCandidates } from '../store/batches/packed-candidates.js';
import { toSession } from '../store/rows.js';
import type { BulkOutcome } from './bulk-recorder.js';

/** Many sessions that are to be recorded together, each known by a number. */
export interface Bulk {
  /**
   * Checks a session as it is when it is recorded by itself.
   *
   * @returns its number
   * @throws {StatsError} what is wrong with it, as far as that can be known without asking
   */
  add(call: unknown): number;
  /** The call that records a session by itself. */
  callOf(number: number): ReturnType<typeof toCall>;
  /** An outcome for each, in their order; `signal` ends it between two transactions. */
  record(numbers: readonly number[], signal?: AbortSignal): Promise<readonly BulkOutcome[]>;
  /** Forgets all. */
  clear(): void;
}

/** Where many sessions can be recorded together: on a database, not on a server. */
export function bulkOf(stats: Stats): Bulk | undefined {
  if (!(stats instanceof LocalStats)) return undefined;
  const candidates = new PackedCandidates();
  return {
    add: (call) => candidates.add(stats.checkSession(call)),
    callOf: (number) => toCall(candidates.at(number)),
    record: (numbers, signal) => stats.recordChecked(candidates, numbers, signal),
    clear: () => candidates.clear(),
  };
}

function toCall({ row, completionSent }: Candidate) {
  const { sessionId, totalModulesStudied, averageScore, timeStudied, completedAt, moduleIds } =
    toSession(row);
  const session = {
    sessionId,
    totalModulesStudied,
    averageScore,
    timeStudied,
    ...(completionSent && { completedAt }),
    ...(moduleIds.length > 0 && { moduleIds }),
  };
  return { userId: row.user_id, courseId: row.course_id, session };
}
