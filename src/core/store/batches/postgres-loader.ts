import { refusalOf } from '../driver-fault.js';
import { postgresFault } from '../postgres-faults.js';
import type { Candidate, RecordOutcome } from './batches.js';
import { separateCopies } from './copies.js';

export interface PostgresLoaderOptions {
  /** Records those that are not there yet, and tells which were. */
  readonly record: (candidates: readonly Candidate[]) => Promise<RecordOutcome[]>;
  /** Inserts all, in the order of their identities, of which each comes once; it rejects where one is there. */
  readonly insert: (candidates: readonly Candidate[]) => Promise<unknown>;
}

/** Batches in a row without a session that was there, after which the next is taken to have none either. */
const WHOLLY_NEW = 4;

/** Records batches of one source without asking what is there, as long as nothing is. */
export class PostgresLoader {
  readonly #options: PostgresLoaderOptions;
  #newInARow = 0;

  constructor(options: PostgresLoaderOptions) {
    this.#options = options;
  }

  async load(candidates: readonly Candidate[]): Promise<RecordOutcome[]> {
    if (this.#newInARow >= WHOLLY_NEW) {
      if (await this.#insertAll(candidates)) {
        return candidates.map(({ row }) => ({ outcome: 'recorded', session: row }));
      }
      this.#newInARow = 0;
    }
    const outcomes = await this.#options.record(candidates);
    const areNew = outcomes.every(({ outcome }) => outcome === 'recorded');
    this.#newInARow = areNew ? this.#newInARow + 1 : 0;
    return outcomes;
  }

  /** Whether all are recorded; otherwise none is, and recording them tells why. */
  async #insertAll(candidates: readonly Candidate[]): Promise<boolean> {
    const { firsts, copies } = separateCopies(candidates);
    if (copies.length > 0) return false;
    try {
      await this.#options.insert(firsts);
      return true;
    } catch (error) {
      const fault = postgresFault(error);
      if (fault === 'unique' || refusalOf(fault)) return false;
      throw error;
    }
  }
}
