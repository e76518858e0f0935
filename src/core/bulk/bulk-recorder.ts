import type { RecordOutcome } from '../store/batches/batches.js';
import type { Candidate } from '../store/batches/candidate.js';
import type { PackedCandidates } from '../store/batches/packed-candidates.js';
import type { Refusal } from '../store/driver-fault.js';
import { SessionRecorder } from '../store/batches/session-recorder.js';
import type { Database } from '../store/database.js';
import { at } from './at.js';
import { Loader } from './loader.js';
import { Pace } from './pace.js';
import { Portions } from './portions.js';

/** What became of a session of many. */
export type BulkOutcome =
  | { readonly outcome: 'recorded' | 'replayed' | 'conflict' | Refusal }
  /** The database was gone before its turn, or the caller wanted an end. */
  | { readonly outcome: 'untried' }
  /** `error` is what recording it by itself would have rejected with. */
  | { readonly outcome: 'failed'; readonly error: unknown };

interface BulkRecorderOptions {
  readonly database: Database;
  /** What is told instead of a driver's error. */
  readonly rename: (error: unknown) => unknown;
}

const RECORDED: BulkOutcome = { outcome: 'recorded' };
const UNTRIED: BulkOutcome = { outcome: 'untried' };

/** Records thousands of sessions that are there at once, in transactions as large as the others on the database allow. */
export class BulkRecorder {
  readonly #options: BulkRecorderOptions;
  readonly #loader: Loader;
  readonly #recorder: SessionRecorder;
  readonly #pace: Pace;

  constructor(options: BulkRecorderOptions) {
    const { batches } = options.database;
    this.#options = options;
    this.#loader = new Loader(batches);
    this.#recorder = new SessionRecorder(options.database);
    this.#pace = new Pace({ bulk: batches.bulk, othersAtWork: () => batches.othersAtWork() });
  }

  /** An outcome for each position, in their order; copies of one session count in their order too. */
  async record(
    candidates: PackedCandidates,
    positions: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<readonly BulkOutcome[]> {
    const outcomes = positions.map(() => UNTRIED);
    const portions = new Portions(candidates, positions);
    const underWay = new Set<Promise<void>>();
    let isGone = false;
    const isOver = () => portions.isEmpty || isGone || signal?.aborted === true;
    const run = async ({ places, taken }: ReturnType<Portions['take']>) => {
      const start = performance.now();
      const portion = places.map((place) => at(positions, place));
      const recorded = await this.#recordPortion(candidates, portion);
      const elapsed = performance.now() - start;
      for (const [index, place] of places.entries()) outcomes[place] = at(recorded.outcomes, index);
      if (recorded.areAway) isGone = true;
      else await this.#pace.ended(taken, elapsed);
    };
    while (!isOver()) {
      const { weight, inFlight } = await this.#pace.next();
      if (underWay.size >= inFlight) {
        await Promise.race(underWay);
        continue;
      }
      const running: Promise<void> = run(portions.take(weight)).finally(() => underWay.delete(running));
      underWay.add(running);
    }
    await Promise.all(underWay);
    return outcomes;
  }

  async #recordPortion(candidates: PackedCandidates, positions: readonly number[]) {
    if (await this.#loader.load(candidates, positions)) {
      return { outcomes: positions.map(() => RECORDED), areAway: false };
    }
    const portion = positions.map((position) => candidates.at(position));
    const recorded = await this.#recorder.record(portion);
    this.#loader.recorded(recorded.every(({ outcome }) => outcome === 'recorded'));
    return { outcomes: this.#toOutcomes(recorded), areAway: this.#areAway(recorded, portion) };
  }

  /** Whether the next would be waited for in vain too. One learner whom somebody holds is no more than a learner. */
  #areAway(recorded: readonly RecordOutcome[], candidates: readonly Candidate[]): boolean {
    const faults = recorded.map((result) =>
      result.outcome === 'failed' ? this.#options.database.faultOf(result.error) : undefined,
    );
    if (!faults.every((fault) => fault === 'unavailable' || fault === 'locked')) return false;
    return faults.includes('unavailable') || candidates.at(0)?.row.user_id !== candidates.at(-1)?.row.user_id;
  }

  /** What failed for one reason has one error, however much it is. */
  #toOutcomes(recorded: readonly RecordOutcome[]): BulkOutcome[] {
    const failures = new Map<unknown, BulkOutcome>();
    return recorded.map((result) => {
      if (result.outcome !== 'failed') return { outcome: result.outcome };
      const { error } = result;
      const failure = failures.get(error) ?? { outcome: 'failed', error: this.#options.rename(error) };
      failures.set(error, failure);
      return failure;
    });
  }
}
