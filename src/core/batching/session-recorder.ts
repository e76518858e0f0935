import type { LearnerKey } from '../api.js';
import {
  rejectReasonOf,
  type DriverFault,
  type PendingSession,
  type RecordOutcome,
  type Store,
} from '../store/store.js';

/*
 * A batch is one transaction, so one session can fail all of it, for example if another transaction has
 * locked the learner's rollup or if totals would overflow. The recorder finds that session and records the
 * others without it.
 *
 * - Lock timeout (Postgres only): the recorder queries which learners are locked and records the others. It
 *   remembers the locked learners and, for later batches with them, queries the locks first. Otherwise one
 *   locked learner would delay every batch by the lock timeout.
 * - Database unavailable, read-only, outdated or unusable: all sessions of the batch fail, because a retry
 *   would meet the same error.
 * - Any other error: the batch is bisected until the session that causes the error is alone.
 */

/** Maximum number of remembered learners; beyond it all are forgotten and found again. */
const MAX_LOCKED = 1_000;

/** Unknown errors of one batch, after which it is not bisected further: its sessions share the cause. */
const MAX_DEFECTS = 40;

/** The faults that every session of a batch would meet. */
const SHARED_FAULTS: ReadonlySet<DriverFault> = new Set(['unavailable', 'read-only', 'outdated', 'unusable']);

/** Records batches of sessions such that no session fails because of another. */
export class SessionRecorder {
  readonly #store: Store;
  /** Learners found locked, each with the error that reported it. */
  readonly #locked = new Map<string, unknown>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Never rejects. The outcomes have the order of the sessions. */
  async record(sessions: readonly PendingSession[]): Promise<readonly RecordOutcome[]> {
    if (!this.#store.isSharded) return this.#recordBatch(sessions);
    const outcomes = new Map<PendingSession, RecordOutcome | undefined>();
    const record = async (ofLearner: readonly PendingSession[]) => {
      const recorded = await this.#recordBatch(ofLearner);
      for (const [index, session] of ofLearner.entries()) outcomes.set(session, recorded[index]);
    };
    await Promise.all(Map.groupBy(sessions, keyOf).values().map(record));
    return sessions.map((session) => outcomes.get(session) ?? throwMissing());
  }

  async #recordBatch(sessions: readonly PendingSession[]): Promise<readonly RecordOutcome[]> {
    const suspects = this.#locked.size === 0 ? [] : sessions.filter((each) => this.#locked.has(keyOf(each)));
    if (suspects.length === 0) return this.#recordAll(sessions);
    // Copied, because a concurrent batch may remove entries.
    const errors = new Map(suspects.map((each) => [keyOf(each), this.#locked.get(keyOf(each))]));
    const locked = await this.#findLocked(suspects);
    for (const key of errors.keys()) {
      if (locked.has(key)) continue;
      errors.delete(key);
      this.#locked.delete(key);
    }
    return this.#recordWithout(errors, sessions);
  }

  async #recordWithout(
    locked: ReadonlyMap<string, unknown>,
    sessions: readonly PendingSession[],
  ): Promise<readonly RecordOutcome[]> {
    if (locked.size === 0) return this.#recordAll(sessions);
    const rest = sessions.filter((session) => !locked.has(keyOf(session)));
    const recorded = rest.length === 0 ? [] : await this.#recordAll(rest);
    const outcomes = new Map(rest.map((session, index) => [session, recorded[index]]));
    return sessions.map(
      (session) => outcomes.get(session) ?? { outcome: 'failed', error: locked.get(keyOf(session)) },
    );
  }

  async #recordAll(
    sessions: readonly PendingSession[],
    budget = { left: MAX_DEFECTS },
  ): Promise<readonly RecordOutcome[]> {
    try {
      return await this.#store.record(sessions);
    } catch (error) {
      const fault = this.#store.faultOf(error);
      if (fault === 'locked') return this.#recordWithoutLocked(sessions, error);
      if (fault !== undefined && SHARED_FAULTS.has(fault)) return allFailed(sessions, error);
      if (fault === undefined && budget.left-- <= 0) return allFailed(sessions, error);
      return this.#isolate(sessions, error, budget);
    }
  }

  async #recordWithoutLocked(
    sessions: readonly PendingSession[],
    error: unknown,
  ): Promise<readonly RecordOutcome[]> {
    const locked = await this.#findLocked(sessions);
    if (locked.size === 0) return allFailed(sessions, error);
    if (this.#locked.size > MAX_LOCKED) this.#locked.clear();
    for (const key of locked) this.#locked.set(key, error);
    return this.#recordWithout(new Map(Array.from(locked, (key) => [key, error])), sessions);
  }

  async #isolate(
    sessions: readonly PendingSession[],
    error: unknown,
    budget: { left: number },
  ): Promise<readonly RecordOutcome[]> {
    if (sessions.length === 1) {
      const reason = rejectReasonOf(this.#store.faultOf(error));
      return [reason ? { outcome: reason } : { outcome: 'failed', error }];
    }
    const middle = Math.ceil(sessions.length / 2);
    const first = await this.#recordAll(sessions.slice(0, middle), budget);
    return [...first, ...(await this.#recordAll(sessions.slice(middle), budget))];
  }

  /** Returns the keys of the locked learners, or none if the query fails. */
  async #findLocked(sessions: readonly PendingSession[]): Promise<ReadonlySet<string>> {
    const learners = new Map(sessions.map((session) => [keyOf(session), learnerOf(session)]));
    try {
      const locked = await this.#store.findLocked(Array.from(learners.values()));
      return new Set(locked.map(({ userId, courseId }) => `${userId} ${courseId}`));
    } catch {
      return new Set();
    }
  }
}

function allFailed(sessions: readonly PendingSession[], error: unknown): RecordOutcome[] {
  return sessions.map(() => ({ outcome: 'failed', error }));
}

function throwMissing(): never {
  throw new Error('A session has no outcome.');
}

function learnerOf({ row }: PendingSession): LearnerKey {
  return { userId: row.user_id, courseId: row.course_id };
}

function keyOf({ row }: PendingSession): string {
  return `${row.user_id} ${row.course_id}`;
}
