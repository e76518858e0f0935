import { setTimeout } from 'node:timers/promises';
import type { LearnerKey, SessionKey } from '../../api.js';
import type { NamedQuery } from '../named-statements.js';
import { toLearnerStats, type LearnerStats } from '../queries/stats.js';
import type { SessionRow } from '../rows.js';
import { lost, type Batches } from './batches.js';
import { learnerArrays, sessionArrays } from './postgres-arrays.js';
import {
  toFoundRow,
  toStatsRow,
  type FoundSession,
  type FoundStats,
  type HeldLearner,
} from './postgres-rows.js';
import type { PostgresStatements } from './postgres-statements.js';

interface PostgresReadsOptions {
  readonly statements: () => PostgresStatements;
  /** The values of each row, in the order of the statement's columns. */
  readonly query: <Row extends readonly unknown[]>(query: NamedQuery) => Promise<readonly Row[]>;
}

/** Milliseconds: longer than a batch of requests takes. */
const MOMENT = 20;

/** What is asked for at the same time, in one statement. */
export class PostgresReads implements Pick<Batches, 'findStats' | 'findSessions' | 'findHeld'> {
  readonly #options: PostgresReadsOptions;

  constructor(options: PostgresReadsOptions) {
    this.#options = options;
  }

  async findStats(learners: readonly LearnerKey[]): Promise<(LearnerStats | 'course-not-found')[]> {
    const found = await this.#findStats(this.#reading(learners));
    const others = learners.filter((_, index) => !found.has(index + 1));
    if (others.length === 0) return learners.map((_, index) => found.get(index + 1) ?? lost());
    const { text, bind } = this.#statements.findStatsOfAny;
    const values = bind(learnerArrays(others));
    const ofOthers = await this.#findStats({ name: 'find_stats_of_any', text, values });
    let place = 0;
    return learners.map((_, index) => found.get(index + 1) ?? ofOthers.get(++place) ?? lost());
  }

  async findSessions(keys: readonly SessionKey[]): Promise<(SessionRow | 'session-not-found')[]> {
    const { text, bind } = this.#statements.findSessions;
    const rows = await this.#options.query<FoundSession>({
      name: 'find_sessions',
      text,
      values: bind(sessionArrays(keys)),
    });
    const found = new Map(rows.map((row) => [row[0], toFoundRow(row)]));
    return keys.map((_, index) => found.get(index + 1) ?? 'session-not-found');
  }

  /** Asked twice: what is locked for a moment, by another batch, is not held. */
  async findHeld(learners: readonly LearnerKey[]): Promise<LearnerKey[]> {
    const locked = await this.#findLocked(learners);
    if (locked.length === 0) return [];
    await setTimeout(MOMENT);
    return this.#findLocked(locked);
  }

  async #findLocked(learners: readonly LearnerKey[]): Promise<LearnerKey[]> {
    const { text, bind } = this.#statements.findHeld;
    const values = bind(learnerArrays(learners));
    const rows = await this.#options.query<HeldLearner>({ name: 'find_held', text, values });
    return rows.map(([userId, courseId]) => ({ userId, courseId }));
  }

  /** By position. */
  async #findStats(query: NamedQuery): Promise<Map<number, LearnerStats | 'course-not-found'>> {
    const rows = await this.#options.query<FoundStats>(query);
    return new Map(rows.map((row) => [row[0], toLearnerStats(toStatsRow(row))]));
  }

  #reading(learners: readonly LearnerKey[]): NamedQuery {
    const { findStats, findStatsOfOne } = this.#statements;
    const [only, ...others] = learners;
    if (!only || others.length > 0) {
      return { name: 'find_stats', text: findStats.text, values: findStats.bind(learnerArrays(learners)) };
    }
    const values = findStatsOfOne.bind({ user_id: only.userId, course_id: only.courseId });
    return { name: 'find_stats_of_one', text: findStatsOfOne.text, values };
  }

  get #statements(): PostgresStatements {
    return this.#options.statements();
  }
}
