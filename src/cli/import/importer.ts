import { setTimeout } from 'node:timers/promises';
import { StatsError, type Fault } from '../../core/errors.js';
import type { StatsCalls, Unchecked } from '../../core/index.js';
import type { Entry, LineFault, Values } from './reading.js';
import type { Rejects } from './rejects.js';
import { textOf, toSessionCall, type SessionCall } from './session-call.js';
import { linesOf, newTally, type LineOutcome, type Tally } from './tally.js';

export interface ImporterOptions {
  readonly stats: Unchecked<StatsCalls>;
  /** Records a session, or tells what recording it would do. */
  readonly record: (call: SessionCall) => Promise<LineOutcome>;
  /** What is done about a session that is there with other content. */
  readonly onConflict: 'fail' | 'skip' | 'replace';
  readonly createCourses: boolean;
  readonly newIds: boolean;
  readonly rejects: Rejects;
  /** Sessions that are under way at a time. */
  readonly concurrency: number;
}

/** Milliseconds before the first of the attempts to come; each waits twice as long. */
const PAUSE = 100;
const ATTEMPTS = 8;

/** Records what lines say, many at a time, and counts what becomes of them. */
export class Importer {
  readonly tally: Tally = newTally();
  readonly #options: ImporterOptions;
  /** What is being recorded, by identity: the lines of one session are taken in their order. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #courses = new Map<string, Promise<void>>();
  /** The first error that is no line's. */
  #error: Error | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #nameless = 0;

  constructor(options: ImporterOptions) {
    this.#options = options;
  }

  /** Resolves when there is room for the next; it rejects when it is of no use to go on. */
  async add(entry: Entry): Promise<void> {
    const { reading } = entry;
    if (reading.kind === 'nothing') return;
    if (reading.kind === 'broken') return this.#reject(entry, 'invalid', reading.faults);
    const { values } = reading;
    const call = toSessionCall(values, this.#options.newIds);
    if (!('session' in call)) return this.#reject(entry, 'invalid', call, values);
    const name = this.#nameOf(call);
    while (this.#underWay.has(name)) await this.#underWay.get(name);
    const recording = this.#record(entry, call, values).finally(() => {
      this.#underWay.delete(name);
      this.#room?.resolve();
      this.#room = undefined;
    });
    this.#underWay.set(name, recording);
    while (this.#underWay.size >= this.#options.concurrency) {
      this.#room ??= Promise.withResolvers();
      await this.#room.promise;
    }
    if (this.#error !== undefined) await this.end();
  }

  /** Resolves when all that was added has come to something. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay.values());
    if (this.#error !== undefined) throw this.#error;
  }

  /** How many lines have come to something. */
  get lines(): number {
    return linesOf(this.tally);
  }

  async #record(entry: Entry, call: SessionCall, values: Values): Promise<void> {
    try {
      this.tally[await this.#patiently(call)]++;
    } catch (error) {
      if (error instanceof StatsError && error.code === 'session-conflict') {
        if (this.#options.onConflict === 'skip') this.tally.conflict++;
        else
          this.#reject(
            entry,
            'conflict',
            [{ field: 'sessionId', rule: 'is there with other content' }],
            values,
          );
      } else if (error instanceof StatsError && isOfTheLine(error)) {
        this.#reject(entry, 'invalid', faultsOf(error), values);
      } else {
        this.#error ??= error instanceof Error ? error : new Error(textOf(error));
      }
    }
  }

  /** Recording is safe to repeat: a database that is away for a moment must not end an import of hours. */
  async #patiently(call: SessionCall): Promise<LineOutcome> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#recordOne(call);
      } catch (error) {
        const isAway = error instanceof StatsError && error.kind === 'unavailable';
        if (!isAway || attempt === ATTEMPTS || this.#error !== undefined) throw error;
        await setTimeout(PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
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
    } catch (error) {
      this.#courses.delete(courseId);
      if (!(error instanceof StatsError && error.code === 'course-id-taken')) throw error;
    }
  }

  #reject(entry: Entry, outcome: LineOutcome, faults: readonly LineFault[], values?: Values): void {
    this.tally[outcome]++;
    this.#options.rejects.add(entry, faults, values);
  }

  #nameOf({ userId, courseId, session }: SessionCall): string {
    const sessionId = session['sessionId'];
    if (sessionId === undefined) return String(++this.#nameless);
    return `${textOf(userId)} ${textOf(courseId)} ${textOf(sessionId)}`.toLowerCase();
  }
}

/** Any other is the database's or ours, and would be the next line's too. */
function isOfTheLine({ kind, code }: StatsError): boolean {
  return kind === 'invalid' || code === 'course-not-found';
}

function faultsOf(error: StatsError): LineFault[] {
  if (error.faults.length === 0) {
    const field = error.code === 'course-not-found' ? 'courseId' : undefined;
    return [{ field, rule: field === undefined ? error.message : 'is no course that is known' }];
  }
  return error.faults.map(toLineFault);
}

function toLineFault(fault: Fault): LineFault {
  const place = 'pointer' in fault ? fault.pointer.slice(1).replaceAll('/', '.') : fault.parameter;
  return { field: place === '' ? undefined : place, rule: fault.detail };
}
