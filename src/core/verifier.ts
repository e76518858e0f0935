import { findBrokenRules } from './store/checks/broken-rules.js';
import { countRows, type Counts } from './store/checks/counts.js';
import type { Difference } from './store/checks/difference.js';
import { findDifferingModules } from './store/checks/differing-modules.js';
import { findDifferingTotals } from './store/checks/differing-totals.js';
import { rangesOf } from './store/checks/ranges.js';
import type { Range, Scope } from './store/checks/scope.js';
import { rebuildLearner } from './store/commands/rebuild.js';
import type { Database } from './store/database.js';

/** What was looked at, and what of it is not right. */
export interface Verification extends Counts {
  /** Lifetime stats that are not what the sessions add up to. */
  readonly differingStats: number;
  /** Module counts that are not what the sessions add up to. */
  readonly differingModules: number;
  /** Sessions that say what none may say. */
  readonly faultySessions: number;
  /** Learners, once for each course, whose stats were made right. */
  readonly mended: number;
  /** Those whose stats could not be: somebody held them, or they are more than can be kept, or the course is missing. */
  readonly unmended: number;
  /** Whether nothing differs, or nothing is left of it. */
  readonly isRight: boolean;
}

interface VerifierOptions {
  readonly rebuild: boolean;
  readonly now: () => string;
  readonly onProgress: ((sessions: number) => void) | undefined;
  readonly tell: ((difference: Difference) => void | Promise<void>) | undefined;
}

/** Learners in one course each, by a text that no two of them have in common. */
type Learners = Map<string, Pick<Difference, 'userId' | 'courseId'>>;

/** Goes through a database once. */
export class Verifier {
  readonly #database: Database;
  readonly #options: VerifierOptions;
  readonly #counts = {
    sessions: 0,
    lifetimeStats: 0,
    moduleCounts: 0,
    differingStats: 0,
    differingModules: 0,
    faultySessions: 0,
    mended: 0,
    unmended: 0,
  };

  constructor(database: Database, options: VerifierOptions) {
    this.#database = database;
    this.#options = options;
  }

  async run(scope: Scope): Promise<Verification> {
    const counts = this.#counts;
    for await (const range of rangesOf(this.#database, scope)) {
      const { sessions, lifetimeStats, moduleCounts } = await countRows(this.#database, range);
      counts.sessions += sessions;
      counts.lifetimeStats += lifetimeStats;
      counts.moduleCounts += moduleCounts;
      const learners = await this.#compare(range);
      if (this.#options.rebuild) await this.#rebuild(learners);
      this.#options.onProgress?.(sessions);
    }
    const differing = counts.differingStats + counts.differingModules;
    const left = this.#options.rebuild ? counts.unmended : differing;
    return { ...counts, isRight: left === 0 && counts.faultySessions === 0 };
  }

  /** A total or a module count that breaks a rule is not the sum of sessions that keep it: only these are asked. */
  async #compare(range: Range): Promise<Learners> {
    const learners: Learners = new Map();
    for (const differences of await findDifferingTotals(this.#database, range)) {
      this.#counts.differingStats++;
      await this.#tell(differences, learners);
    }
    for await (const differences of findDifferingModules(this.#database, range)) {
      this.#counts.differingModules += differences.length;
      await this.#tell(differences, learners);
    }
    for await (const sessions of findBrokenRules(this.#database, range)) {
      this.#counts.faultySessions += sessions.length;
      await this.#tell(sessions.flat());
    }
    return learners;
  }

  async #tell(differences: readonly Difference[], learners?: Learners): Promise<void> {
    for (const difference of differences) {
      const { userId, courseId } = difference;
      learners?.set(JSON.stringify([userId, courseId]), { userId, courseId });
      await this.#options.tell?.(difference);
    }
  }

  async #rebuild(learners: Learners): Promise<void> {
    for (const { userId, courseId } of learners.values()) {
      const key = { user_id: userId, course_id: courseId };
      const outcome = await rebuildLearner(this.#database, key, this.#options.now());
      if (outcome === 'mended') this.#counts.mended++;
      else if (outcome !== 'right') this.#counts.unmended++;
    }
  }
}
