import type { SessionRow } from '../rows.js';
import type { Candidate } from './candidate.js';

/**
 * The candidates in the order of their identities, each of which comes once; those that share one with another
 * stand apart.
 */
export function separateCopies(candidates: readonly Candidate[]): {
  firsts: readonly Candidate[];
  copies: Candidate[];
} {
  if (areInOrder(candidates)) return { firsts: candidates, copies: [] };
  const firsts: Candidate[] = [];
  const copies: Candidate[] = [];
  for (const candidate of candidates.toSorted((a, b) => compareIdentities(a.row, b.row))) {
    const last = firsts.at(-1);
    const isCopy = last && compareIdentities(last.row, candidate.row) === 0;
    (isCopy ? copies : firsts).push(candidate);
  }
  return { firsts, copies };
}

/** Whether each comes after the one before it: what is recorded in bulk does. */
function areInOrder(candidates: readonly Candidate[]): boolean {
  let before: Candidate | undefined;
  for (const candidate of candidates) {
    if (before && compareIdentities(before.row, candidate.row) >= 0) return false;
    before = candidate;
  }
  return true;
}

/** In the order of the key, as every command takes rows: nobody deadlocks. */
export function compareIdentities(a: SessionRow, b: SessionRow): number {
  return (
    compare(a.user_id, b.user_id) || compare(a.course_id, b.course_id) || compare(a.session_id, b.session_id)
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
