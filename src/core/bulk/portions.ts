import { compareIdentities } from '../store/batches/copies.js';
import type { Candidate } from '../store/batches/batches.js';
import { weightOf } from '../store/batches/weight.js';

/** How far a portion may grow beyond what was asked for, as a multiple of it. */
const MAX_EXCESS = 2;

/**
 * Candidates in the order of their keys, taken in portions: what lies together in the tables is written together.
 * A learner's sessions in a course stay in one portion, as far as that goes, since two that are recorded side by
 * side would wait for each other; copies of a session always do, in the order in which they came.
 */
export class Portions {
  readonly #candidates: readonly Candidate[];
  /** Positions among the candidates. */
  readonly #order: readonly number[];
  #next = 0;

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
    // Sorting is stable.
    this.#order = Array.from(candidates.keys()).toSorted((a, b) =>
      compareIdentities(at(candidates, a).row, at(candidates, b).row),
    );
  }

  get isEmpty(): boolean {
    return this.#next === this.#order.length;
  }

  /** Positions of the next ones, at least one, until they weigh as much, and what they weigh. */
  take(weight: number): { readonly positions: readonly number[]; readonly taken: number } {
    const start = this.#next;
    let taken = 0;
    while (!this.isEmpty && (taken < weight || this.#continues(taken < MAX_EXCESS * weight))) {
      taken += weightOf(this.#at(this.#next++));
    }
    return { positions: this.#order.slice(start, this.#next), taken };
  }

  /** Whether the next one is of the same session as the last, or of the same learner where that will do. */
  #continues(orLearner: boolean): boolean {
    const last = this.#at(this.#next - 1).row;
    const next = this.#at(this.#next).row;
    if (last.user_id !== next.user_id || last.course_id !== next.course_id) return false;
    return orLearner || last.session_id === next.session_id;
  }

  /** The candidate at a place of the order. */
  #at(place: number): Candidate {
    return at(this.#candidates, at(this.#order, place));
  }
}

/** @throws if there is none */
export function at<T>(items: readonly T[], position: number): T {
  const item = items[position];
  if (item === undefined) throw new RangeError(`There is no item ${position}.`);
  return item;
}
