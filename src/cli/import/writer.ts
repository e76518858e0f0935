/**
 * Records the sessions of an import.
 *
 * A batch is sorted by learner, course and session, so that neighbours are written to the same pages, and recorded in
 * chunks. `--on-conflict replace` records the copies of a session in rounds: a later copy replaces the earlier one instead
 * of being compared with the first.
 *
 * Recording is idempotent: sessions whose chunk failed because the database or server is unavailable are recorded again
 * after a backoff with jitter, until nothing has succeeded for some minutes.
 */
import { setTimeout } from 'node:timers/promises';
import { StatsError } from '../../core/index.js';
import type { CourseCreator } from './courses.js';
import type { ImportLine } from './line.js';
import type { ImportOptions } from './options.js';
import { rejectionOf } from './result.js';

/** Sessions of a chunk: a transaction of about 4 ms on SQLite, for which the writes of a server wait. */
const CHUNK = 200;
/** Sessions that are replaced at a time. */
const CONCURRENCY = 64;
/** Milliseconds. Each retry waits about twice as long as the one before. */
const MIN_BACKOFF = 100;
const MAX_BACKOFF = 10_000;
/** Milliseconds without any success after which the import fails. */
const PATIENCE = 120_000;

/** Where sessions are recorded: `LocalStats`, `RemoteStats` or `dryRunTarget`. */
export interface WriteTarget {
  /** Returns a result for each session, in their order. */
  recordSessions(call: { readonly sessions: readonly object[] }): Promise<readonly WriteResult[]>;
  putSession(call: object): Promise<unknown>;
}

export type WriteResult =
  | { readonly outcome: 'recorded' | 'replayed' }
  | { readonly outcome: 'failed'; readonly error: unknown };

interface SessionWriterOptions {
  readonly target: WriteTarget;
  readonly onConflict: ImportOptions['onConflict'];
  /** Creates missing courses. */
  readonly courses: CourseCreator | undefined;
  /** More than one makes Postgres work while the next chunk is prepared. SQLite's lock would never be free. */
  readonly chunksInFlight: number;
  /** Aborted when the user ends the import. */
  readonly signal: AbortSignal;
  /** False to finish a batch after the signal. */
  readonly stopsWithinBatch: boolean;
  /** Receives the error before the first of several retries. */
  readonly onRetry: (error: StatsError) => void;
}

export class SessionWriter {
  readonly #options: SessionWriterOptions;

  constructor(options: SessionWriterOptions) {
    this.#options = options;
  }

  /**
   * Gives each line of a batch its result. A line without a result was not recorded because the import is stopping.
   *
   * @throws if recording fails for a reason that is not the session's
   */
  async write(batch: readonly ImportLine[]): Promise<void> {
    const open = batch.filter(({ result }) => !result);
    // A stable sort: copies of a session keep their order.
    const lines = open.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    const rounds = this.#options.onConflict === 'replace' ? occurrences(lines) : [lines];
    for (const round of rounds) await this.#writeRound(round);
  }

  get #isStopping(): boolean {
    return this.#options.stopsWithinBatch && this.#options.signal.aborted;
  }

  async #writeRound(lines: readonly ImportLine[]): Promise<void> {
    const { signal, onRetry } = this.#options;
    let open = lines;
    let backoff = MIN_BACKOFF;
    let lastSuccess = performance.now();
    let hasReported = false;
    while (open.length > 0 && !this.#isStopping) {
      const unavailable = await this.#writeChunks(open);
      const left = open.filter(({ result }) => !result);
      if (left.length < open.length) {
        lastSuccess = performance.now();
        backoff = MIN_BACKOFF;
      }
      open = left;
      if (!unavailable) continue;
      if (signal.aborted || performance.now() - lastSuccess > PATIENCE) throw unavailable;
      if (!hasReported) onRetry(unavailable);
      hasReported = true;
      const jitter = 0.5 + Math.random() / 2;
      await setTimeout(backoff * jitter, undefined, { signal }).catch(() => undefined);
      backoff = Math.min(2 * backoff, MAX_BACKOFF);
    }
  }

  /** Returns an error if trying again may help. */
  async #writeChunks(lines: readonly ImportLine[]): Promise<StatsError | undefined> {
    let unavailable: StatsError | undefined;
    let isLost = false;
    await forEachConcurrently(chunksOf(lines), this.#options.chunksInFlight, async (chunk) => {
      if (isLost || this.#isStopping) return;
      const error = await this.#writeChunk(chunk);
      unavailable ??= error;
      // The next chunk would fail too, after its own timeout. A locked learner fails alone.
      const isOfOneLearner = chunk[0]?.session['userId'] === chunk.at(-1)?.session['userId'];
      isLost ||= error !== undefined && !isOfOneLearner && chunk.every(({ result }) => !result);
    });
    return unavailable;
  }

  async #writeChunk(chunk: readonly ImportLine[]): Promise<StatsError | undefined> {
    const { onConflict, courses, target } = this.#options;
    const missing = new Set<string>();
    const conflicts: ImportLine[] = [];
    const defects: unknown[] = [];
    let unavailable: StatsError | undefined;
    const fail = (error: unknown, line?: ImportLine) => {
      const rejection = line && rejectionOf(error, onConflict);
      if (rejection) line.result = rejection;
      else if (error instanceof StatsError && error.kind === 'unavailable') unavailable ??= error;
      else defects.push(error);
    };
    const results = await target
      .recordSessions({ sessions: chunk.map(({ session }) => session) })
      .catch((error: unknown) => chunk.map((): WriteResult => ({ outcome: 'failed', error })));
    for (const [index, line] of chunk.entries()) {
      const result = results[index];
      if (result && result.outcome !== 'failed') {
        line.result = { outcome: result.outcome === 'recorded' ? 'created' : 'replayed' };
        continue;
      }
      const error = result ? result.error : new Error('A session has no result.');
      const code = error instanceof StatsError ? error.code : undefined;
      const [, courseId = ''] = line.key.split(' ');
      if (code === 'session-conflict' && onConflict === 'replace') conflicts.push(line);
      else if (code === 'course-not-found' && courses?.canCreate(courseId)) missing.add(courseId);
      else fail(error, line);
    }
    for (const courseId of missing) {
      if (!this.#isStopping && !unavailable) await courses?.create(courseId).catch(fail);
    }
    await forEachConcurrently(conflicts, CONCURRENCY, async (line) => {
      if (this.#isStopping || unavailable) return;
      const { userId, courseId, sessionId, ...session } = line.session;
      await target.putSession({ userId, courseId, sessionId, session }).then(
        () => (line.result = { outcome: 'replaced' }),
        (error: unknown) => fail(error, line),
      );
    });
    // Only now are the results of the other lines known.
    if (defects.length > 0) throw defects[0];
    return unavailable;
  }
}

/** The first copy of each session, then the second of each, and so on. */
function occurrences(sorted: readonly ImportLine[]): ImportLine[][] {
  const counts = new Map<string, number>();
  const rounds = Map.groupBy(sorted, ({ key }) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  });
  return Array.from(rounds.values());
}

/**
 * @param concurrency items in flight
 * @throws the first error, when all items in flight have ended
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = Iterator.from(items);
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
}

/** Copies of a session stay in one chunk, because their order counts, unless they are more than a chunk. */
function* chunksOf(lines: readonly ImportLine[]): Generator<readonly ImportLine[]> {
  let end = 0;
  for (let start = 0; start < lines.length; start = end) {
    end = Math.min(start + CHUNK, lines.length);
    let first = end;
    while (first > start && end < lines.length && lines[first - 1]?.key === lines[end]?.key) first--;
    if (first > start) end = first;
    yield lines.slice(start, end);
  }
}
