import type { Entry, LineFault, Place, Reading, Values } from './reading.js';
import type { Recorder } from './recorder.js';
import type { Rejects } from './rejects.js';
import { toSessionCall, valuesOf } from './session-call.js';
import { newTally, verdictOf, type Tally, type Verdict } from './verdict.js';
import { Window, type Checked, type WindowLine, type WindowSize } from './window.js';

interface ImporterOptions<Item> {
  /** One for the window that is recorded, one for that which is read meanwhile. */
  readonly recorders: readonly [Recorder<Item>, Recorder<Item>];
  readonly newIds: boolean;
  readonly rejects: Rejects;
  readonly window: WindowSize;
}

/** Looks at a source that goes on bringing more, after which what it has brought is recorded all the same. */
const MAX_DELAYS = 10;

/** Records what lines say, a window of them at a time while the next is read, and counts what becomes of them. */
export class Importer<Item> {
  readonly tally: Tally = newTally();
  readonly #options: ImporterOptions<Item>;
  #recorder: Recorder<Item>;
  #window: Window<Item>;
  #hasGrown = false;
  /** How often it was asked in vain for what has not stopped growing. */
  #delays = 0;
  /** It stays where it has failed: nothing is begun after it. */
  #underWay: Promise<void> | undefined;
  #isStopped = false;
  #lastLine = 0;
  readonly #failed = Promise.withResolvers<never>();

  constructor(options: ImporterOptions<Item>) {
    this.#options = options;
    this.#recorder = options.recorders[0];
    this.#window = new Window(options.window);
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
  async add(entries: Iterable<Entry>): Promise<void> {
    for (const { reading, size = 0, ...place } of entries) {
      if (reading.kind === 'nothing') continue;
      this.#window.add(this.#check(reading, place), size);
      this.#hasGrown = true;
      if (this.#window.isFull) await this.#beginNext();
    }
  }

  /**
   * To be asked now and then: begins to record what was added, unless something is under way. A source that goes on
   * bringing more has its window filled, but none waits without bound.
   */
  beginIfDue(): void {
    if (this.#underWay || this.#window.isEmpty) return;
    if (!this.#hasGrown || this.#delays++ >= MAX_DELAYS) this.#begin();
    this.#hasGrown = false;
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
    if (this.#window.isEmpty || this.#isStopped) return;
    const { lines } = this.#window;
    const recorder = this.#recorder;
    const [first, second] = this.#options.recorders;
    this.#recorder = recorder === first ? second : first;
    this.#window = new Window(this.#options.window);
    this.#delays = 0;
    this.#underWay = this.#record(recorder, lines);
    this.#underWay.catch((error: unknown) => this.#failed.reject(error));
  }

  #check(reading: Exclude<Reading, { kind: 'nothing' }>, place: Place): WindowLine<Item> {
    if (reading.kind === 'broken') return { ...place, values: undefined, verdict: invalid(reading.faults) };
    const { values } = reading;
    const call = toSessionCall(values, this.#options.newIds);
    if (!('session' in call)) return { ...place, values, verdict: invalid(call) };
    try {
      const item = this.#recorder.ledger.check(call);
      return { ...place, item, hasId: values['sessionId'] !== undefined, verdict: undefined };
    } catch (error) {
      return { ...place, values, verdict: verdictOf(error, { skip: false }) };
    }
  }

  async #record(recorder: Recorder<Item>, lines: readonly WindowLine<Item>[]): Promise<void> {
    const sessions = lines.filter((line) => 'item' in line);
    try {
      await recorder.record(sessions);
    } catch (error) {
      // To import the whole window again would count those again that were recorded.
      if (this.#options.newIds) for (const session of sessions) session.verdict ??= LOST;
      throw error;
    } finally {
      for (const line of lines) {
        // What cannot be written is told below; a window of text is not to wait for it.
        if (this.#tell(recorder, line)) await this.#options.rejects.drained().catch(() => undefined);
      }
      if (lines.every(({ verdict }) => verdict)) this.#lastLine = lines.at(-1)?.line ?? 0;
    }
    await this.#options.rejects.drained();
    recorder.ledger.clear();
    this.#underWay = undefined;
  }

  /** Whether it was refused. */
  #tell(recorder: Recorder<Item>, line: WindowLine<Item>): boolean {
    const { verdict } = line;
    if (verdict) this.tally[verdict.outcome]++;
    if (!verdict?.faults) return false;
    const values = 'item' in line ? valuesOfLine(recorder, line) : line.values;
    this.#options.rejects.add(line, verdict.faults, values);
    return true;
  }
}

function valuesOfLine<Item>(recorder: Recorder<Item>, line: Checked<Item>): Values {
  const { sessionId, ...values } = valuesOf(recorder.ledger.callOf(line.item));
  // With the id that it was given, what may be recorded counts once. A derived one would not follow what is mended.
  return line.hasId || line.verdict === LOST ? { ...values, sessionId } : values;
}

const LOST = invalid([{ rule: 'is not known to be recorded, since no answer came' }]);

function invalid(faults: readonly LineFault[]): Verdict {
  return { outcome: 'invalid', faults };
}
