/**
 * The aggregate function `interval_sums`, which sums the sessions of a course by interval. It is three times as fast as
 * grouping, for which SQLite sorts the sessions. The learner is a number.
 */
export const INTERVAL_SUMS = {
  start: () => new IntervalSums(),
  step: (
    sums: IntervalSums,
    learner: number,
    position: number,
    modules: number,
    scoreUnits: number | null,
    time: number,
  ) => sums.add(learner, position, modules, scoreUnits, time),
  result: (sums: IntervalSums) => JSON.stringify(sums),
};

/** Called once per session, so it creates no objects. */
class IntervalSums {
  /** By position. */
  readonly #intervals: IntervalSum[] = [];

  add(learner: number, position: number, modules: number, scoreUnits: number | null, time: number): this {
    while (position >= this.#intervals.length) this.#intervals.push(new IntervalSum());
    this.#intervals[position]?.add(learner, modules, scoreUnits, time);
    return this;
  }

  toJSON() {
    return this.#intervals.map((interval, position) => ({ position, ...interval.toRow() }));
  }
}

/** Half the exact integers, so that adding one session, at most 10^15, stays exact. */
const SPILL = 2 ** 52;

/** The sums of an interval. Those that could exceed the exact integers spill into a bigint. */
class IntervalSum {
  /** One bit per learner. */
  #seen = new Uint32Array(64);
  #learners = 0;
  #sessions = 0;
  #modules = 0;
  #scored = 0;
  #weighted = 0;
  #weightedSpill = 0n;
  #time = 0;
  #timeSpill = 0n;

  add(learner: number, modules: number, scoreUnits: number | null, time: number): void {
    this.#see(learner);
    this.#sessions++;
    this.#modules += modules;
    this.#time += time;
    if (this.#time >= SPILL) {
      this.#timeSpill += BigInt(this.#time);
      this.#time = 0;
    }
    if (scoreUnits === null) return;
    this.#scored += modules;
    this.#weighted += modules * scoreUnits;
    if (this.#weighted >= SPILL) {
      this.#weightedSpill += BigInt(this.#weighted);
      this.#weighted = 0;
    }
  }

  toRow() {
    return {
      active_learners: this.#learners,
      session_count: this.#sessions,
      total_modules_studied: String(this.#modules),
      scored_modules: String(this.#scored),
      weighted_score_units: String(this.#weightedSpill + BigInt(this.#weighted)),
      time_studied: String(this.#timeSpill + BigInt(this.#time)),
    };
  }

  #see(learner: number): void {
    const index = learner >>> 5;
    if (index >= this.#seen.length) {
      const larger = new Uint32Array(2 * index);
      larger.set(this.#seen);
      this.#seen = larger;
    }
    const bits = this.#seen[index] ?? 0;
    const bit = 1 << (learner & 31);
    if ((bits & bit) !== 0) return;
    this.#seen[index] = bits | bit;
    this.#learners++;
  }
}
