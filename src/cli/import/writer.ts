/*
 * Records the batches of an import.
 *
 * A batch is sorted by learner, course and session, so that consecutive sessions are on the same database
 * pages. The sort is stable: copies of a session keep their order. They also stay in one chunk, unless they
 * are more than a chunk. With `--on-conflict replace`, the first copies of all sessions are recorded before
 * the second copies and so on, so that a later copy replaces an earlier one. A line without `sessionId` never
 * replaces the session of another line of the file: they are probably different sessions of the same minute.
 *
 * Recording is idempotent. If the database or server is unavailable, sessions without a result are recorded
 * again after a backoff with jitter, or after the pause that the server asks for, until two minutes have passed
 * without success. Through a server, each request has retries of its own before that. When a whole chunk fails,
 * the other chunks are skipped, because each would wait for the same timeout. A chunk of one learner is an
 * exception: that learner may be locked. If a chunk has a defect, its error is thrown after the results of
 * the other lines are known.
 */
import { setTimeout } from 'node:timers/promises';
import { StatsError } from '../../core/index.js';
import type { CourseCreator } from './courses.js';
import { withDistinctId, type ImportLine } from './line.js';
import type { ImportOptions } from './options.js';
import { givenCourse, rejectionOf, sameTimeConflict } from './result.js';
import type { Values } from './readers/entry.js';
import { SessionIdSet } from './session-ids.js';

/** Sessions per chunk. On SQLite, its transaction blocks the writes of a server for about 4 ms. */
const CHUNK_SIZE = 200;
/** Replacements in flight. */
const CONCURRENCY = 64;
/** Milliseconds. The backoff doubles with each retry. */
const MIN_BACKOFF = 100;
const MAX_BACKOFF = 10_000;
/** Milliseconds without success in which the last attempt must begin. */
const RETRY_TIMEOUT = 120_000;

/** `LocalStats`, `RemoteStats`, or the target of a dry run or of enrolments. */
export interface WriteTarget {
  /** Returns the results in the order of the sessions. */
  recordSessions(call: { readonly sessions: readonly Values[] }): Promise<readonly WriteResult[]>;
  putSession(call: object): Promise<unknown>;
}

export type WriteResult =
  | { readonly outcome: 'recorded' | 'replayed' | 'replaced' }
  | { readonly outcome: 'failed'; readonly error: unknown };

interface SessionWriterOptions {
  readonly target: WriteTarget;
  readonly onConflict: ImportOptions['onConflict'];
  /** Records a session of the same learner, course and time, but other content, as another session. */
  readonly distinct: boolean;
  readonly courses: CourseCreator | undefined;
  /** Two keep Postgres busy while a chunk is prepared. On SQLite, the write lock would never be free. */
  readonly chunksInFlight: number;
  readonly signal: AbortSignal;
  /** If false, the current batch is completed after the signal. */
  readonly stopsWithinBatch: boolean;
  /** Receives the error before the first retry. */
  readonly onRetry: (error: StatsError) => void;
}

export class SessionWriter {
  readonly #options: SessionWriterOptions;
  /** With `--on-conflict replace`, the sessions that lines without `sessionId` have recorded. */
  readonly #derived = new SessionIdSet();

  constructor(options: SessionWriterOptions) {
    this.#options = options;
  }

  /**
   * Sets the result of each line of a batch. After the signal, some lines may have no result.
   *
   * @throws an error that concerns the whole batch
   */
  async write(batch: readonly ImportLine[]): Promise<void> {
    const unresolved = batch.filter(({ result }) => !result);
    const lines = unresolved.toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    const rounds = this.#options.onConflict === 'replace' ? occurrences(lines) : [lines];
    for (const round of rounds) await this.#writeRound(round);
  }

  get #isStopping(): boolean {
    return this.#options.stopsWithinBatch && this.#options.signal.aborted;
  }

  async #writeRound(lines: readonly ImportLine[]): Promise<void> {
    const { signal, onRetry } = this.#options;
    let unresolved = lines;
    let backoff = MIN_BACKOFF;
    let lastSuccess = performance.now();
    let hasReported = false;
    while (unresolved.length > 0 && !this.#isStopping) {
      const unavailable = await this.#writeChunks(unresolved);
      const left = unresolved.filter(({ result }) => !result);
      if (left.length < unresolved.length) {
        lastSuccess = performance.now();
        backoff = MIN_BACKOFF;
      }
      unresolved = left;
      if (!unavailable) continue;
      const pause = (unavailable.retryAfter ?? 0) + backoff * (0.5 + Math.random() / 2);
      if (signal.aborted || performance.now() + pause - lastSuccess > RETRY_TIMEOUT) throw unavailable;
      if (!hasReported) onRetry(unavailable);
      hasReported = true;
      await setTimeout(pause, undefined, { signal }).catch(() => undefined);
      backoff = Math.min(2 * backoff, MAX_BACKOFF);
    }
  }

  /** Returns the error if a retry can succeed. */
  async #writeChunks(lines: readonly ImportLine[]): Promise<StatsError | undefined> {
    let unavailable: StatsError | undefined;
    let isUnreachable = false;
    await forEachConcurrently(chunksOf(lines), this.#options.chunksInFlight, async (chunk) => {
      if (isUnreachable || this.#isStopping) return;
      const error = await this.#writeChunk(chunk);
      unavailable ??= error;
      const isOfOneLearner = chunk[0]?.session['userId'] === chunk.at(-1)?.session['userId'];
      isUnreachable ||= error !== undefined && !isOfOneLearner && chunk.every(({ result }) => !result);
    });
    return unavailable;
  }

  async #writeChunk(chunk: readonly ImportLine[]): Promise<StatsError | undefined> {
    const { onConflict, distinct, courses, target } = this.#options;
    const replaces = onConflict === 'replace';
    /** The names that missing courses may have, by id. */
    const missing = new Map<string, readonly string[]>();
    const conflicts: ImportLine[] = [];
    const sameTime: ImportLine[] = [];
    const defects: unknown[] = [];
    let unavailable: StatsError | undefined;
    const fail = (error: unknown, line?: ImportLine) => {
      const rejection =
        line && rejectionOf(error, line, { onConflict, createsCourses: courses !== undefined });
      if (rejection) line.result = rejection;
      else if (error instanceof StatsError && error.kind === 'unavailable') unavailable ??= error;
      else defects.push(error);
    };
    const record = async (lines: readonly ImportLine[]) => {
      const sessions = lines.map(({ session }) => session);
      const results = await target
        .recordSessions({ sessions })
        .catch((error: unknown) => lines.map((): WriteResult => ({ outcome: 'failed', error })));
      return lines.flatMap((line, index) => {
        const result = results[index];
        if (!result) return [{ line, error: new Error('A session has no result.') }];
        if (result.outcome === 'failed') return [{ line, error: result.error }];
        line.result = { outcome: result.outcome === 'recorded' ? 'created' : result.outcome };
        if (replaces && line.hasDerivedId) this.#derived.add(line.session);
        return [];
      });
    };
    for (const { line, error } of await record(chunk)) {
      const code = error instanceof StatsError ? error.code : undefined;
      const [, courseId = ''] = line.key.split(' ');
      if (code === 'session-conflict' && replaces) {
        // A full set may lack the session, and a session that is not replaced is not lost.
        const isOfOtherLine = line.hasDerivedId && (this.#derived.isFull || this.#derived.has(line.session));
        if (isOfOtherLine) line.result = sameTimeConflict(line);
        else conflicts.push(line);
      } else if (code === 'session-conflict' && distinct && line.hasDerivedId) sameTime.push(line);
      else if (code === 'course-not-found' && courses?.canCreate(courseId))
        missing.set(courseId, line.courseNames ?? [givenCourse(line)]);
      else fail(error, line);
    }
    for (const [courseId, names] of missing) {
      if (!this.#isStopping && !unavailable) await courses?.create(courseId, names).catch(fail);
    }
    if (sameTime.length > 0) {
      for (const line of sameTime) line.session = withDistinctId(line.session);
      for (const { line, error } of await record(sameTime)) fail(error, line);
    }
    await forEachConcurrently(conflicts, CONCURRENCY, async (line) => {
      if (this.#isStopping || unavailable) return;
      const { userId, courseId, sessionId, ...session } = line.session;
      try {
        await target.putSession({ userId, courseId, sessionId, session });
        line.result = { outcome: 'replaced' };
        if (line.hasDerivedId) this.#derived.add(line.session);
      } catch (error) {
        fail(error, line);
      }
    });
    if (defects.length > 0) throw defects[0];
    return unavailable;
  }
}

/** Groups the first copies of all sessions, the second copies, and so on. */
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
 * @throws the first error, after all items in flight have ended
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

function* chunksOf(lines: readonly ImportLine[]): Generator<readonly ImportLine[]> {
  let end = 0;
  for (let start = 0; start < lines.length; start = end) {
    end = Math.min(start + CHUNK_SIZE, lines.length);
    let first = end;
    while (first > start && end < lines.length && lines[first - 1]?.key === lines[end]?.key) first--;
    if (first > start) end = first;
    yield lines.slice(start, end);
  }
}
