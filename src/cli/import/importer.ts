import { InOrder } from './in-order.js';
import type { Entry, LineFault, Values } from './reading.js';
import type { Recorder, Verdict } from './recorder.js';
import type { Rejects } from './rejects.js';
import { textOf, toSessionCall, type SessionCall } from './session-call.js';
import { newTally, type Tally } from './tally.js';

export interface ImporterOptions {
  readonly recorder: Recorder;
  readonly newIds: boolean;
  readonly rejects: Rejects;
  /** Sessions that are under way at a time. */
  readonly concurrency: number;
}

/** Lines behind one that takes long, as multiples of the concurrency. */
const UNTOLD = 100;

/** Records what lines say, many at a time, and counts what becomes of them. */
export class Importer {
  readonly tally: Tally = newTally();
  readonly #options: ImporterOptions;
  /** What is being recorded, by identity: the lines of one session are taken in their order. */
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #order = new InOrder();
  /** The first error that is no line's. */
  #error: Error | undefined;
  readonly #failed = Promise.withResolvers<never>();
  #room: PromiseWithResolvers<void> | undefined;

  constructor(options: ImporterOptions) {
    this.#options = options;
    // Nobody need ask.
    this.#failed.promise.catch(() => undefined);
  }

  /** Resolves when there is room for the next; it rejects when it is of no use to go on. */
  async add(entry: Entry): Promise<void> {
    const { reading } = entry;
    if (reading.kind === 'nothing') return;
    if (reading.kind === 'broken') return this.#refuse(entry, reading.faults);
    const call = toSessionCall(reading.values, this.#options.newIds);
    if (!('session' in call)) return this.#refuse(entry, call, reading.values);
    const name = nameOf(call);
    while (this.#underWay.has(name)) await this.#underWay.get(name);
    this.#underWay.set(name, this.#record(entry, name, call, reading.values));
    const { concurrency } = this.#options;
    while (this.#underWay.size >= concurrency || this.#order.size > UNTOLD * concurrency) {
      this.#room ??= Promise.withResolvers();
      await this.#room.promise;
    }
    if (this.#error !== undefined) await this.end();
  }

  /** Rejects when it is of no use to wait for more. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Resolves when all that was added has come to something. */
  async end(): Promise<void> {
    await Promise.all(this.#underWay.values());
    if (this.#error !== undefined) throw this.#error;
  }

  #refuse(entry: Entry, faults: readonly LineFault[], values?: Values): void {
    this.#note(this.#order.begin(), entry, { outcome: 'invalid', faults }, values);
  }

  async #record(entry: Entry, name: string, call: SessionCall, values: Values): Promise<void> {
    const ended = this.#order.begin();
    try {
      this.#note(ended, entry, await this.#options.recorder.record(call), values);
    } catch (error) {
      ended();
      this.#error ??= error instanceof Error ? error : new Error(String(error));
      this.#failed.reject(this.#error);
    }
    this.#underWay.delete(name);
    this.#room?.resolve();
    this.#room = undefined;
  }

  #note(
    ended: ReturnType<InOrder['begin']>,
    entry: Entry,
    { outcome, faults }: Verdict,
    values: Values | undefined,
  ): void {
    this.tally[outcome]++;
    ended(faults && (() => this.#options.rejects.add(entry, faults, values)));
  }
}

function nameOf({ userId, courseId, session }: SessionCall): string {
  return `${textOf(userId)} ${textOf(courseId)} ${textOf(session['sessionId'])}`.toLowerCase();
}
