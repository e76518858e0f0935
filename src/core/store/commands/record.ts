import type { Candidate, RecordOutcome, Refusal } from '../batches/batches.js';
import type { Database } from '../database.js';

/**
 * Records sessions together, and never rejects: where the database undoes all because of one of them, they are
 * halved until that one fails alone.
 */
export async function recordSessions(
  database: Database,
  candidates: readonly Candidate[],
): Promise<readonly RecordOutcome[]> {
  try {
    return await database.batches.record(candidates);
  } catch (error) {
    const fault = database.faultOf(error);
    // The halves would meet the same trouble, each after its own wait.
    if (fault === 'unavailable' || fault === 'unusable') {
      return candidates.map(() => ({ outcome: 'failed', error }));
    }
    if (candidates.length === 1) {
      const refusal = refusalOf(database, error);
      return [refusal ? { outcome: refusal } : { outcome: 'failed', error }];
    }
    const middle = Math.ceil(candidates.length / 2);
    const first = await recordSessions(database, candidates.slice(0, middle));
    return [...first, ...(await recordSessions(database, candidates.slice(middle)))];
  }
}

/** The database checks both anyway, so that no query is spent on asking first. */
export function refusalOf(database: Pick<Database, 'faultOf'>, error: unknown): Refusal | undefined {
  switch (database.faultOf(error)) {
    case 'foreign-key':
      return 'course-not-found';
    case 'out-of-range':
      return 'total-out-of-range';
    default:
      return undefined;
  }
}
