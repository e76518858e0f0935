import type { LearnerKey, SessionKey } from '../../api.js';
import type { Gathering } from '../../batcher.js';
import type { LearnerStats } from '../queries/stats.js';
import type { Refusal } from '../driver-fault.js';
import type { SessionRow } from '../rows.js';
import type { Candidate } from './candidate.js';
import type { PackedCandidates } from './packed-candidates.js';

/** What became of a candidate; `session` is the one that is stored now, or was before. */
export type RecordOutcome =
  | { readonly outcome: 'recorded' | 'replayed' | 'conflict'; readonly session: SessionRow }
  | { readonly outcome: Refusal }
  | { readonly outcome: 'failed'; readonly error: unknown };

/** How much of what is there at once is recorded together. */
export interface Portion {
  /** What its sessions weigh. */
  readonly weight: number;
  /** Transactions under way at a time. */
  readonly inFlight: number;
}

export interface BulkPace {
  /** At most, while nobody else wants the database. */
  readonly alone: Portion;
  /** While others do; `pause` comes after each, as a part of the time that it takes. */
  readonly shared: Portion & { readonly pause: number };
}

export function allFailed(candidates: readonly Candidate[], error: unknown): RecordOutcome[] {
  return candidates.map(() => ({ outcome: 'failed', error }));
}

/** @throws always: what was asked for must come back, each in its place */
export function lost(): never {
  throw new Error('A batch came back without an outcome for one of its sessions.');
}

/**
 * The hot paths: what is asked for at the same time, done in one transaction or one statement. Results come in
 * the order of what was asked for.
 */
export interface Batches {
  /** How to gather what these are given. */
  readonly gathering: Gathering;
  readonly bulk: BulkPace;
  /**
   * Records sessions, each exactly once: after this they are durable. The database refuses or takes each by
   * itself, but an error that concerns one of them may undo all; then nothing was recorded.
   */
  record(candidates: readonly Candidate[]): Promise<readonly RecordOutcome[]>;
  /**
   * Where the database has a faster way for many: records sessions of which none is there yet. They come in the order
   * of their identities, each of which comes once. All are recorded or, with an error, none.
   */
  load?(candidates: PackedCandidates, positions: readonly number[]): Promise<void>;
  /** `'course-not-found'` where there is no such course. */
  findStats(learners: readonly LearnerKey[]): Promise<readonly (LearnerStats | 'course-not-found')[]>;
  findSessions(keys: readonly SessionKey[]): Promise<readonly (SessionRow | 'session-not-found')[]>;
  /** Those of the learners whose totals somebody holds locked at this moment; it waits for none of them. */
  findHeld(learners: readonly LearnerKey[]): Promise<readonly LearnerKey[]>;
  /** Whether others have used the database since this was asked last, or in the last moment, as far as we can see. */
  othersAtWork(): Promise<boolean>;
}
