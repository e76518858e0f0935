import { setImmediate, setTimeout } from 'node:timers/promises';
import type { BulkPace, Portion } from '../store/batches/batches.js';

/** Milliseconds that a transaction is to take where nobody else writes: who comes then waits no longer than that. */
const ALONE = 100;
/** Milliseconds between two looks at whether others are at work. */
const LOOK = 100;
/** Milliseconds without others after which we are alone. */
const QUIET = 1_000;
/** Milliseconds that we make room for others at most. */
const MAX_PAUSE = 50;
/** How fast what we know of the database gives way to what it does now, where it has become slower. */
const FORGETTING = 1.1;
/** The same beside others, where a transaction takes longer than it does for many reasons. */
const FORGETTING_SLOWLY = 1.002;

interface PaceOptions {
  readonly bulk: BulkPace;
  /** Whether others have written, or are about to. */
  readonly othersAtWork: () => Promise<boolean>;
}

/**
 * How much at a time: as much as the database does in a tenth of a second while we are alone; little, with pauses
 * where these make room, while others want the same database.
 */
export class Pace {
  readonly #options: PaceOptions;
  /** Milliseconds for one session, at best. */
  #cost: number;
  /** Milliseconds for a transaction while others are at work, at best. */
  #sharedBest = MAX_PAUSE;
  #lastLook = -Infinity;
  #lastOthers = -Infinity;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#cost = ALONE / options.bulk.shared.weight;
  }

  get #isShared(): boolean {
    return performance.now() - this.#lastOthers < QUIET;
  }

  /** How much the next transaction may weigh, and how many may be under way. */
  async next(): Promise<Portion> {
    const {
      bulk: { alone, shared },
      othersAtWork,
    } = this.#options;
    if (performance.now() - this.#lastLook > LOOK) {
      this.#lastLook = performance.now();
      // Where the database is away, recording says so.
      if (await othersAtWork().catch(() => false)) this.#lastOthers = performance.now();
    }
    if (this.#isShared) return shared;
    const weight = Math.min(alone.weight, Math.max(shared.weight, ALONE / this.#cost));
    return { weight, inFlight: alone.inFlight };
  }

  /** To be waited for after each transaction: how much it weighed, and how many milliseconds it took. */
  async ended(weight: number, milliseconds: number): Promise<void> {
    const { shared } = this.#options.bulk;
    // Of a little rest nothing can be learned: it may have asked for more than there was.
    const isWhole = weight >= shared.weight;
    if (this.#isShared) {
      // What it has waited for others was room for them already.
      if (isWhole) this.#sharedBest = Math.min(this.#sharedBest * FORGETTING_SLOWLY, milliseconds);
      // A timer drops what is less than a millisecond.
      return setTimeout(Math.ceil(Math.min(MAX_PAUSE, this.#sharedBest * shared.pause)));
    }
    if (isWhole) this.#cost = Math.min(this.#cost * FORGETTING, milliseconds / weight);
    // SQLite works on our thread: signals and files want their turn.
    return setImmediate();
  }
}
