import { IDENTITY, LEARNER } from '../store/batches/copy-row.js';
import type { PackedCandidates } from '../store/batches/packed-candidates.js';
import { weightOf } from '../store/batches/weight.js';
import { at } from './at.js';

/** How far a portion may grow beyond what was asked for, as a multiple of it. */
const MAX_EXCESS = 2;

/**
 * Candidates in the order of their keys, taken in portions: what lies together in the tables is written together.
 * A learner's sessions in a course stay in one portion, as far as that goes, since two that are recorded side by
 * side would wait for each other; copies of a session always do, in the order in which they came.
 */
export class Portions {
  readonly #candidates: PackedCandidates;
  readonly #positions: readonly number[];
  /** Places among the positions. */
  readonly #order: readonly number[];
  #next = 0;

  constructor(candidates: PackedCandidates, positions: readonly number[]) {
    this.#candidates = candidates;
    this.#positions = positions;
    this.#order = orderOf(candidates, positions);
  }

  get isEmpty(): boolean {
    return this.#next === this.#order.length;
  }

  /** The places of the next ones, at least one, until they weigh as much, and what they weigh. */
  take(weight: number): { readonly places: readonly number[]; readonly taken: number } {
    const start = this.#next;
    let taken = 0;
    while (!this.isEmpty && (taken < weight || this.#continues(taken < MAX_EXCESS * weight))) {
      taken += weightOf({ module_ids: this.#candidates.moduleIds(this.#at(this.#next++)) });
    }
    return { places: this.#order.slice(start, this.#next), taken };
  }

  /** Whether the next one is of the same session as the last, or of the same learner where that will do. */
  #continues(orLearner: boolean): boolean {
    const key = orLearner ? LEARNER : IDENTITY;
    return this.#candidates.compare(key, this.#at(this.#next - 1), this.#at(this.#next)) === 0;
  }

  /** The position of the candidate whose turn is the n-th. */
  #at(n: number): number {
    return at(this.#positions, at(this.#order, n));
  }
}

/** The places of positions in the order of their identities, and of copies in the order of their places. */
function orderOf(candidates: PackedCandidates, positions: readonly number[]): number[] {
  // Most differ in their first bytes already.
  const prefixes = positions.map((position) => candidates.prefixOf(position));
  return Array.from(positions.keys()).toSorted((a, b) => {
    const difference = at(prefixes, a) - at(prefixes, b);
    return difference !== 0 ? difference : candidates.compare(IDENTITY, at(positions, a), at(positions, b));
  });
}
