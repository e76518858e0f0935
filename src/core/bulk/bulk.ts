import type { Stats } from '../api.js';
import { LocalStats } from '../local.js';
import type { Candidate } from '../store/batches/batches.js';
import { toSession } from '../store/rows.js';

export type { Candidate } from '../store/batches/batches.js';

/** Where many sessions can be recorded together: on a database, not on a server. */
export type Bulk = Pick<LocalStats, 'checkSession' | 'recordChecked'> & { readonly callOf: typeof callOf };

export function bulkOf(stats: Stats): Bulk | undefined {
  if (!(stats instanceof LocalStats)) return undefined;
  return {
    checkSession: (call) => stats.checkSession(call),
    callOf,
    recordChecked: (candidates, signal) => stats.recordChecked(candidates, signal),
  };
}

/** The call that records a candidate by itself. */
function callOf({ row, completionSent }: Candidate) {
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
