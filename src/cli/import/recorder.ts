import { setTimeout } from 'node:timers/promises';
import { StatsError } from '../../core/errors.js';
import type { CourseMaker } from './course-maker.js';
import { forEach, type Ledger } from './ledger.js';
import { sessionName, textOf, type SessionCall } from './session-call.js';
import { verdictOf, type Verdict } from './verdict.js';

export interface RecorderOptions<Item> {
  readonly ledger: Ledger<Item>;
  /** Replaces a session that is there with other content. */
  readonly replace: ((call: SessionCall) => Promise<void>) | undefined;
  /** Whether a session that is there with other content is no fault. */
  readonly skip: boolean;
  /** Makes the courses that are missing. */
  readonly courses: CourseMaker | undefined;
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
  /** Whether an end may leave some of what was begun: what gets a new id each time would be counted again. */
  readonly mayLeave: boolean;
}

/** A session of a line, and what became of it so far. */
export interface Pending<Item> {
  readonly item: Item;
  verdict: Verdict | undefined;
}

/** Milliseconds before the first of the attempts to come; each waits twice as long. */
const PAUSE = 100;
/** Attempts in a row that bring nothing. */
const ATTEMPTS = 8;
/** Sessions that are replaced at a time. */
const REPLACING = 64;

/** Records sessions as the options of an import say, until each has its verdict. */
export class Recorder<Item> {
  readonly ledger: Ledger<Item>;
  readonly #options: RecorderOptions<Item>;

  constructor(options: RecorderOptions<Item>) {
    this.ledger = options.ledger;
    this.#options = options;
  }

  /**
   * Those without a verdict after it were left, since the user wants an end.
   *
   * @throws what is not a session's fault, and would be the next one's too
   */
  async record(sessions: readonly Pending<Item>[]): Promise<void> {
    // What replaces is to be replaced by the next line of the same session, not compared with the first.
    const rounds = this.#options.replace
      ? inRounds(sessions, ({ item }) => sessionName(this.ledger.callOf(item)))
      : [sessions];
    for (const round of rounds) await this.#recordRound(round);
  }

  /** Recording is safe to repeat: a database that is away for a moment must not end an import of hours. */
  async #recordRound(round: readonly Pending<Item>[]): Promise<void> {
    const { signal } = this.#options;
    let left = round;
    for (let attempt = 1; left.length > 0 && !this.#isToLeave; attempt++) {
      const { again, trouble } = await this.#attempt(left);
      if (again.length < left.length) attempt = 1;
      if (trouble !== undefined) {
        if (attempt === ATTEMPTS || signal.aborted) throw trouble;
        const pause = PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
        await setTimeout(pause, undefined, { signal }).catch(() => undefined);
      }
      left = again;
    }
  }

  get #isToLeave(): boolean {
    return this.#options.mayLeave && this.#options.signal.aborted;
  }

  /** Those that are to be recorded again, and why not at once, if the database is away. */
  async #attempt(sessions: readonly Pending<Item>[]) {
    const { courses, replace, signal, mayLeave } = this.#options;
    const attempts = await this.ledger.record(
      sessions.map(({ item }) => item),
      mayLeave ? signal : undefined,
    );
    const again: Pending<Item>[] = [];
    const missing = new Set<string>();
    const contradicting: Pending<Item>[] = [];
    const ends: unknown[] = [];
    let trouble: StatsError | undefined;
    const settle = (session: Pending<Item>, error: unknown): void => {
      if (error instanceof StatsError && error.kind === 'unavailable') {
        trouble ??= error;
        again.push(session);
        return;
      }
      try {
        session.verdict = verdictOf(error, this.#options);
      } catch (fatal) {
        // What else came of this attempt is to be known first.
        ends.push(fatal);
      }
    };
    for (const [index, session] of sessions.entries()) {
      const attempt = attempts[index] ?? { outcome: 'untried' };
      if (attempt.outcome === 'untried') again.push(session);
      else if (attempt.outcome !== 'failed') session.verdict = { outcome: attempt.outcome };
      else if (replace && isOf(attempt.error, 'session-conflict')) contradicting.push(session);
      else if (courses && isOf(attempt.error, 'course-not-found')) {
        const { courseId } = this.ledger.callOf(session.item);
        if (courses.mayMake(courseId)) {
          missing.add(textOf(courseId).toLowerCase());
          again.push(session);
        } else settle(session, attempt.error);
      } else settle(session, attempt.error);
    }
    trouble ??= await this.#makeCourses(missing);
    await forEach(contradicting, REPLACING, async (session) => {
      if (trouble !== undefined || this.#isToLeave) {
        again.push(session);
        return;
      }
      try {
        await replace?.(this.ledger.callOf(session.item));
        session.verdict = { outcome: 'replaced' };
      } catch (error) {
        settle(session, error);
      }
    });
    if (ends.length > 0) throw ends[0];
    return { again, trouble };
  }

  /** Why not all were made, if the database is away. */
  async #makeCourses(courseIds: ReadonlySet<string>): Promise<StatsError | undefined> {
    try {
      for (const courseId of courseIds) {
        if (this.#isToLeave) break;
        await this.#options.courses?.make(courseId);
      }
      return undefined;
    } catch (error) {
      if (error instanceof StatsError && error.kind === 'unavailable') return error;
      throw error;
    }
  }
}

function isOf(error: unknown, code: StatsError['code']): boolean {
  return error instanceof StatsError && error.code === code;
}

/** The first item of each name, then the second of each, and so on. */
function inRounds<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[][] {
  const counts = new Map<string, number>();
  const rounds: Item[][] = [];
  for (const item of items) {
    const name = nameOf(item);
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    (rounds[count] ??= []).push(item);
  }
  return rounds;
}
