import type { Entry, LineFault } from './reading.js';
import type { Pending, Recorder } from './recorder.js';
import type { Rejects } from './rejects.js';
import { toSessionCall } from './session-call.js';
import { newTally, type Tally } from './tally.js';
import { verdictOf, type Verdict } from './verdict.js';

export interface ImporterOptions<Item> {
  readonly recorder: Recorder<Item>;
  readonly newIds: boolean;
  readonly rejects: Rejects;
  /** Lines that are recorded together: their learners come together, however far apart they stand. */
  readonly window: number;
}

/** A line that was read: refused already, or a session to be recorded. */
type Line<Item> = { readonly entry: Entry } & ({ readonly verdict: Verdict } | Pending<Item>);

/** Records what lines say, a window of them at a time while the next is read, and counts what becomes of them. */
export class Importer<Item> {
  readonly tally: Tally = newTally();
  readonly #options: ImporterOptions<Item>;
  #window: Line<Item>[] = [];
  /** It stays where it has failed: nothing is begun after it. */
  #underWay: Promise<void> | undefined;
  #isStopped = false;
  #lastLine = 0;
  readonly #failed = Promise.withResolvers<never>();

  constructor(options: ImporterOptions<Item>) {
    this.#options = options;
    // Nobody need ask.
    this.#failed.promise.catch(() => undefined);
  }

  /** The last line up to which each has come to something. */
  get lastLine(): number {
    return this.#lastLine;
  }

  /** Rejects when it is of no use to wait for more. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  /** Resolves when there is room for the next; it rejects when it is of no use to go on. */
  async add(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      const line = this.#read(entry);
      if (line) this.#window.push(line);
      if (this.#window.length >= this.#options.window) await this.#beginNext();
    }
  }

  /** Begins to record what was added, unless something is under way: a source may be slow to bring more. */
  beginIfIdle(): void {
    if (!this.#underWay) this.#begin();
  }

  /** Resolves when all that was added has come to something. */
  async end(): Promise<void> {
    await this.#beginNext();
    await this.#underWay;
  }

  /** Begins nothing more, and resolves when what was begun has come to something. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#underWay;
  }

  async #beginNext(): Promise<void> {
    while (this.#underWay) await this.#underWay;
    this.#begin();
  }

  #begin(): void {
    if (this.#window.length === 0 || this.#isStopped) return;
    const window = this.#window;
    this.#window = [];
    this.#underWay = this.#record(window);
    this.#underWay.catch((error: unknown) => this.#failed.reject(error));
  }

  #read(entry: Entry): Line<Item> | undefined {
    const { reading } = entry;
    if (reading.kind === 'nothing') return undefined;
    if (reading.kind === 'broken') return { entry, verdict: invalid(reading.faults) };
    const call = toSessionCall(reading.values, this.#options.newIds);
    if (!('session' in call)) return { entry, verdict: invalid(call) };
    try {
      return { entry, call, item: this.#options.recorder.check(call), verdict: undefined };
    } catch (error) {
      return { entry, verdict: verdictOf(error, { skip: false }) };
    }
  }

  async #record(window: readonly Line<Item>[]): Promise<void> {
    const sessions = window.filter((line) => 'call' in line);
    try {
      await this.#options.recorder.record(sessions);
    } catch (error) {
      // To import the whole window again would count those again that were recorded.
      if (this.#options.newIds) for (const session of sessions) session.verdict ??= LOST;
      throw error;
    } finally {
      for (const line of window) this.#tell(line);
      if (window.every(({ verdict }) => verdict)) this.#lastLine = window.at(-1)?.entry.line ?? 0;
    }
    await this.#options.rejects.drained();
    this.#underWay = undefined;
  }

  #tell(line: Line<Item>): void {
    const { entry, verdict } = line;
    if (!verdict) return;
    this.tally[verdict.outcome]++;
    const values = entry.reading.kind === 'values' ? entry.reading.values : undefined;
    // With the id that it was given it can be imported again, and counts once.
    const given = verdict === LOST && 'call' in line ? { sessionId: line.call.session.sessionId } : undefined;
    if (verdict.faults) this.#options.rejects.add(entry, verdict.faults, values && { ...values, ...given });
  }
}

const LOST = invalid([{ rule: 'is not known to be recorded, since the database was lost' }]);

function invalid(faults: readonly LineFault[]): Verdict {
  return { outcome: 'invalid', faults };
}
