import { setTimeout } from 'node:timers/promises';
import { StatsError } from '../../core/errors.js';
import type { StatsCalls, Unchecked } from '../../core/index.js';
import { faultsOf } from './line-faults.js';
import type { LineFault } from './reading.js';
import { textOf, type SessionCall } from './session-call.js';
import type { LineOutcome } from './tally.js';

export interface RecorderOptions {
  readonly stats: Unchecked<StatsCalls>;
  /** Records a session, or tells what recording it would do. */
  readonly record: (call: SessionCall) => Promise<LineOutcome>;
  /** What is done about a session that is there with other content. */
  readonly onConflict: 'fail' | 'skip' | 'replace';
  readonly createCourses: boolean;
  /** Aborted when the user wants it to end. */
  readonly signal: AbortSignal;
  /** Told of each course that it has made. */
  readonly onCourse: () => void;
}

/** What became of a line, with its faults where it was refused. */
export interface Verdict {
  readonly outcome: LineOutcome;
  readonly faults?: readonly LineFault[];
}

/** Milliseconds before the first of the attempts to come; each waits twice as long. */
const PAUSE = 100;
const ATTEMPTS = 8;

/** Records sessions one by one, as the options of an import say. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #courses = new Map<string, Promise<void>>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** @throws what is not the session's fault, and would be the next one's too */
  async record(call: SessionCall): Promise<Verdict> {
    try {
      return { outcome: await this.#patiently(call) };
    } catch (error) {
      if (!(error instanceof StatsError)) throw error;
      if (error.code === 'session-conflict') {
        if (this.#options.onConflict === 'skip') return { outcome: 'conflict' };
        return { outcome: 'conflict', faults: [{ field: 'sessionId', rule: 'is there with other content' }] };
      }
      if (error.code === 'course-not-found') {
        return { outcome: 'invalid', faults: [{ field: 'courseId', rule: 'is no course that is known' }] };
      }
      if (error.kind === 'invalid') return { outcome: 'invalid', faults: faultsOf(error) };
      throw error;
    }
  }

  /** Recording is safe to repeat: a database that is away for a moment must not end an import of hours. */
  async #patiently(call: SessionCall): Promise<LineOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#recordOne(call);
      } catch (error) {
        const isAway = error instanceof StatsError && error.kind === 'unavailable';
        const { signal } = this.#options;
        if (!isAway || attempt === ATTEMPTS || signal.aborted) throw error;
        const pause = PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
        await setTimeout(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #recordOne(call: SessionCall): Promise<LineOutcome> {
    const { record, onConflict, createCourses, stats } = this.#options;
    try {
      return await record(call);
    } catch (error) {
      if (!(error instanceof StatsError)) throw error;
      if (error.code === 'course-not-found' && createCourses) {
        await this.#createCourse(textOf(call.courseId).toLowerCase());
        return record(call);
      }
      if (error.code !== 'session-conflict' || onConflict !== 'replace') throw error;
      const { sessionId, ...session } = call.session;
      await stats.putSession({ userId: call.userId, courseId: call.courseId, sessionId, session });
      return 'replaced';
    }
  }

  /** Once for all sessions of it; it is called by its id until somebody names it. */
  #createCourse(courseId: string): Promise<void> {
    const making = this.#courses.get(courseId) ?? this.#addCourse(courseId);
    this.#courses.set(courseId, making);
    return making;
  }

  async #addCourse(courseId: string): Promise<void> {
    try {
      await this.#options.stats.addCourse({ course: { courseId, name: courseId } });
      this.#options.onCourse();
    } catch (error) {
      this.#courses.delete(courseId);
      if (!(error instanceof StatsError && error.code === 'course-id-taken')) throw error;
    }
  }
}
