import { StatsError } from '../../core/errors.js';
import { faultsOf } from './line-faults.js';
import type { LineFault } from './reading.js';
import type { LineOutcome } from './tally.js';

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
