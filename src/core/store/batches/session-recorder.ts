import type { LearnerKey } from '../../api.js';
import type { Database } from '../database.js';
import { refusalOf } from '../driver-fault.js';
import { allFailed, type RecordOutcome } from './batches.js';
import type { Candidate } from './candidate.js';

/** Learners whose rows somebody held are asked for before each batch; more are forgotten, and met again. */
const MAX_HELD = 1_000;

/** Transactions of a batch that may fail for a reason unknown: it is most likely one of all. */
const MAX_DEFECTS = 40;

/** How many more may fail. */
interface Defects {
  left: number;
}

/**
 * Records sessions together such that each fails only for a reason of its own: what undoes a batch is looked
 * for, and the rest is recorded without it.
 */
export class SessionRecorder {
  readonly #database: Database;
  /** Learners whose rows somebody held when they were met last, and the error that told of it. */
  readonly #held = new Map<string, unknown>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Never rejects. */
  async record(candidates: readonly Candidate[]): Promise<readonly RecordOutcome[]> {
    const suspects = this.#held.size === 0 ? [] : candidates.filter((each) => this.#held.has(nameOf(each)));
    if (suspects.length === 0) return this.#recordAll(candidates);
    // Taken now: a batch that runs beside this one may find a learner free, and forget.
    const errors = new Map(suspects.map((each) => [nameOf(each), this.#held.get(nameOf(each))]));
    // Who was held up once is not waited for again, or one learner's lock would be everyone's.
    const held = await this.#findHeld(suspects);
    for (const name of errors.keys()) {
      if (held.has(name)) continue;
      errors.delete(name);
      this.#held.delete(name);
    }
    return this.#recordWithout(errors, candidates);
  }

  /** @param held learners, each with the error that tells of it */
  async #recordWithout(
    held: ReadonlyMap<string, unknown>,
    candidates: readonly Candidate[],
  ): Promise<readonly RecordOutcome[]> {
    if (held.size === 0) return this.#recordAll(candidates);
    const free = candidates.filter((candidate) => !held.has(nameOf(candidate)));
    const recorded = free.length === 0 ? [] : await this.#recordAll(free);
    const outcomes = new Map(free.map((candidate, index) => [candidate, recorded[index]]));
    return candidates.map(
      (candidate) => outcomes.get(candidate) ?? { outcome: 'failed', error: held.get(nameOf(candidate)) },
    );
  }

  async #recordAll(
    candidates: readonly Candidate[],
    defects: Defects = { left: MAX_DEFECTS },
  ): Promise<readonly RecordOutcome[]> {
    try {
      return await this.#database.batches.record(candidates);
    } catch (error) {
      const fault = this.#database.faultOf(error);
      if (fault === 'locked') return this.#recordWithoutHeld(candidates, error);
      // The halves would meet the same trouble, each after its own wait.
      if (fault === 'unavailable' || fault === 'unusable') return allFailed(candidates, error);
      if (fault === undefined && defects.left-- <= 0) return allFailed(candidates, error);
      return this.#recordHalves(candidates, error, defects);
    }
  }

  /** The lock was waited for in vain. */
  async #recordWithoutHeld(
    candidates: readonly Candidate[],
    error: unknown,
  ): Promise<readonly RecordOutcome[]> {
    const held = await this.#findHeld(candidates);
    if (held.size === 0) return allFailed(candidates, error);
    if (this.#held.size > MAX_HELD) this.#held.clear();
    for (const name of held) this.#held.set(name, error);
    return this.#recordWithout(new Map(Array.from(held, (name) => [name, error])), candidates);
  }

  async #recordHalves(
    candidates: readonly Candidate[],
    error: unknown,
    defects: Defects,
  ): Promise<readonly RecordOutcome[]> {
    if (candidates.length === 1) {
      const refusal = refusalOf(this.#database.faultOf(error));
      return [refusal ? { outcome: refusal } : { outcome: 'failed', error }];
    }
    const middle = Math.ceil(candidates.length / 2);
    const first = await this.#recordAll(candidates.slice(0, middle), defects);
    return [...first, ...(await this.#recordAll(candidates.slice(middle), defects))];
  }

  /** Where this fails too, nobody is known to be held. */
  async #findHeld(candidates: readonly Candidate[]): Promise<ReadonlySet<string>> {
    const learners = new Map(candidates.map((candidate) => [nameOf(candidate), learnerOf(candidate)]));
    try {
      const held = await this.#database.batches.findHeld(Array.from(learners.values()));
      return new Set(held.map(({ userId, courseId }) => `${userId} ${courseId}`));
    } catch {
      return NONE;
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

function learnerOf({ row }: Candidate): LearnerKey {
  return { userId: row.user_id, courseId: row.course_id };
}

function nameOf({ row }: Candidate): string {
  return `${row.user_id} ${row.course_id}`;
}
