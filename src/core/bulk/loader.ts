import { IDENTITY } from '../store/batches/copy-row.js';
import type { Batches } from '../store/batches/batches.js';
import type { PackedCandidates } from '../store/batches/packed-candidates.js';
import { at } from './at.js';

/** Portions in a row without a session that was there, after which the next is taken to have none either. */
const WHOLLY_NEW = 4;

/** Records portions without asking what is there, as long as nothing is, where the database has a faster way for that. */
export class Loader {
  readonly #batches: Pick<Batches, 'load'>;
  #newInARow = 0;

  constructor(batches: Pick<Batches, 'load'>) {
    this.#batches = batches;
  }

  /**
   * Whether all are known to be recorded. Otherwise none is, unless the word of it was lost: to record them, which
   * changes nothing twice, tells why.
   */
  async load(candidates: PackedCandidates, positions: readonly number[]): Promise<boolean> {
    if (!this.#batches.load || this.#newInARow < WHOLLY_NEW || hasCopies(candidates, positions)) return false;
    try {
      await this.#batches.load(candidates, positions);
      return true;
    } catch {
      this.#newInARow = 0;
      return false;
    }
  }

  /** To be told of each portion that was recorded the other way. */
  recorded(areNew: boolean): void {
    this.#newInARow = areNew ? this.#newInARow + 1 : 0;
  }
}

/** Of sessions in the order of their identities. */
function hasCopies(candidates: PackedCandidates, positions: readonly number[]): boolean {
  return positions.some(
    (position, place) => place > 0 && candidates.compare(IDENTITY, at(positions, place - 1), position) === 0,
  );
}
