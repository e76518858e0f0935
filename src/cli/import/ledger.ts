import { StatsError } from '../../core/errors.js';
import type { Bulk } from '../../core/bulk/bulk.js';
import type { BulkOutcome } from '../../core/bulk/bulk-recorder.js';
import { totalOutOfRange } from '../../core/refusals.js';
import { sessionName, type SessionCall } from './session-call.js';
import type { LineOutcome } from './verdict.js';

/** What became of an attempt to record a session; `untried` where there was none. */
type Attempt =
  | { readonly outcome: LineOutcome }
  | { readonly outcome: 'untried' }
  | { readonly outcome: 'failed'; readonly error: unknown };

/** Where the sessions of a window are recorded. */
export interface Ledger<Item> {
  /** @throws {StatsError} what is wrong with the session, as far as that can be known without asking */
  check(call: SessionCall): Item;
  /** What it was made of, as it was checked. */
  callOf(item: Item): SessionCall;
  /** An attempt for each, in their order; those of one session are made in their order too. */
  record(items: readonly Item[], signal: AbortSignal | undefined): Promise<readonly Attempt[]>;
  /** To be called when all have come to something. */
  clear(): void;
}

/** A database, which takes thousands together. */
export function bulkLedger(bulk: Bulk): Ledger<number> {
  return {
    check: (call) => bulk.add(call),
    callOf: (number) => bulk.callOf(number),
    async record(numbers, signal) {
      const outcomes = await bulk.record(numbers, signal);
      return outcomes.map((result) => (result.outcome === 'failed' ? result : ATTEMPTS[result.outcome]));
    },
    clear: () => bulk.clear(),
  };
}

const UNTRIED: Attempt = { outcome: 'untried' };

/** One for all: there are as many as a window has lines. What their errors say is told in the words of a verdict. */
const ATTEMPTS: Record<Exclude<BulkOutcome['outcome'], 'failed'>, Attempt> = {
  recorded: { outcome: 'created' },
  replayed: { outcome: 'replayed' },
  untried: UNTRIED,
  conflict: failed(new StatsError('session-conflict', 'The session is there with other content.')),
  'course-not-found': failed(new StatsError('course-not-found', 'The course is not known.')),
  'total-out-of-range': failed(totalOutOfRange()),
};

function failed(error: unknown): Attempt {
  return { outcome: 'failed', error };
}

/**
 * What takes one at a time, such as a server.
 *
 * @param concurrency sessions under way at a time
 */
export function singleLedger(
  record: (call: SessionCall) => Promise<LineOutcome>,
  concurrency: number,
): Ledger<SessionCall> {
  const attemptOne = async (call: SessionCall): Promise<Attempt> => {
    try {
      return { outcome: await record(call) };
    } catch (error) {
      return failed(error);
    }
  };
  return {
    check: (call) => call,
    callOf: (call) => call,
    async record(calls, signal) {
      const attempts = calls.map(() => UNTRIED);
      let isAway = false;
      const last = new Map<string, Promise<void>>();
      const takeInTurn = async (index: number, call: SessionCall, before: Promise<void> | undefined) => {
        await before;
        if (isAway || signal?.aborted) return;
        const attempt = await attemptOne(call);
        attempts[index] = attempt;
        // The rest would wait for it in vain, one after the other.
        isAway ||= attempt.outcome === 'failed' && isOfAll(attempt.error);
      };
      await forEach(calls.entries(), concurrency, async ([index, call]) => {
        const name = sessionName(call);
        const turn = takeInTurn(index, call, last.get(name));
        last.set(name, turn);
        await turn;
      });
      return attempts;
    },
    clear: () => undefined,
  };
}

/** Whether what is there is away, and not just busy. */
function isOfAll(error: unknown): boolean {
  return error instanceof StatsError && error.kind === 'unavailable' && error.code !== 'overloaded';
}

/** Works on all, so many at a time; each is begun in its order. */
export async function forEach<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Iterator.from(items);
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
