import { StatsError } from '../../core/errors.js';
import { faultsOf, type LineFault } from './reading.js';

/** What became of a line. `created` in a dry run is what would be. */
export type LineOutcome = 'created' | 'replayed' | 'replaced' | 'conflict' | 'invalid';

/** How many lines came to what. */
export type Tally = Record<LineOutcome, number>;

export function newTally(): Tally {
  return { created: 0, replayed: 0, replaced: 0, conflict: 0, invalid: 0 };
}

export function linesOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0);
}

/** What became of a line, with its faults where it was refused. */
export interface Verdict {
  readonly outcome: LineOutcome;
  readonly faults?: readonly LineFault[];
}

const SKIPPED: Verdict = { outcome: 'conflict' };
const CONFLICT: Verdict = {
  outcome: 'conflict',
  faults: [{ field: 'sessionId', rule: 'is there with other content' }],
};
const NO_COURSE: Verdict = {
  outcome: 'invalid',
  faults: [{ field: 'courseId', rule: 'is no course that is known' }],
};

/**
 * What an error makes of a line.
 *
 * @throws the error, where it is not the session's fault, and would be the next one's too
 */
export function verdictOf(error: unknown, { skip }: { readonly skip: boolean }): Verdict {
  if (!(error instanceof StatsError)) throw error;
  if (error.code === 'session-conflict') return skip ? SKIPPED : CONFLICT;
  if (error.code === 'course-not-found') return NO_COURSE;
  if (error.kind === 'invalid') return { outcome: 'invalid', faults: faultsOf(error) };
  throw error;
}
