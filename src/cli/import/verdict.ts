import { StatsError } from '../../core/errors.js';
import { faultsOf } from './line-faults.js';
import type { LineFault } from './reading.js';
import type { LineOutcome } from './tally.js';

/** What became of a line, with its faults where it was refused. */
export interface Verdict {
  readonly outcome: LineOutcome;
  readonly faults?: readonly LineFault[];
}

/**
 * What an error makes of a line.
 *
 * @throws the error, where it is not the session's fault, and would be the next one's too
 */
export function verdictOf(error: unknown, { skip }: { readonly skip: boolean }): Verdict {
  if (!(error instanceof StatsError)) throw error;
  if (error.code === 'session-conflict') {
    if (skip) return { outcome: 'conflict' };
    return { outcome: 'conflict', faults: [{ field: 'sessionId', rule: 'is there with other content' }] };
  }
  if (error.code === 'course-not-found') {
    return { outcome: 'invalid', faults: [{ field: 'courseId', rule: 'is no course that is known' }] };
  }
  if (error.kind === 'invalid') return { outcome: 'invalid', faults: faultsOf(error) };
  throw error;
}
