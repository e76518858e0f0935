import type { RecordResult, SessionKey } from './api.js';
import { Batcher, takeBatch } from './batching/batcher.js';
import { InFlightLimiter } from './batching/in-flight-limiter.js';
import { SessionRecorder } from './batching/session-recorder.js';
import { rejectionError, sessionConflict } from './errors.js';
import { batchedSessionSchema, withIdToRepeat, withRepeatableId, type CallSchemas } from './model/calls.js';
import { newSessionId, type CourseId, type SessionId } from './model/ids.js';
import type { NewSession } from './model/session.js';
import { toInstant, type Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import { moduleIdsOf, toSession, toSessionRow } from './store/rows.js';
import type { PendingSession, RecordOutcome, Store } from './store/store.js';

interface LocalRecordingOptions {
  readonly clock: Clock;
  readonly schemas: CallSchemas;
  /** Runs a change within the limit of the calls in flight, or rejects it if the service is read-only. */
  readonly write: <T>(work: () => Promise<T>) => Promise<T>;
  readonly toStatsError: (error: unknown) => unknown;
  readonly onBatch: (size: number) => void;
}

type FailedResult = Extract<RecordResult, { outcome: 'failed' }>;

/** A valid session of a batch. */
interface CheckedSession {
  readonly pending: PendingSession;
  /** Its id, unless the caller sent it. */
  readonly newId: SessionId | undefined;
}

/** Calls of `recordSessions` in flight, which have up to 1,000 sessions each in memory. */
const MAX_BATCHES = 20;

/** Recording this many module ids costs about as much as one session. */
const MODULES_PER_SESSION = 4;

/** The calls that record sessions, one by one in batches of concurrent calls, or up to 1,000 at once. */
export class LocalRecording {
  readonly #store: Store;
  readonly #options: LocalRecordingOptions;
  readonly #batchedSession: ReturnType<typeof batchedSessionSchema>;
  /** Within the limit of all calls, whose errors it does not convert again. */
  readonly #batchLimiter = new InFlightLimiter(MAX_BATCHES, (error) => error);
  readonly #recorder: SessionRecorder;
  readonly #queue: Batcher<PendingSession, RecordOutcome>;

  constructor(store: Store, options: LocalRecordingOptions) {
    this.#store = store;
    this.#options = options;
    this.#batchedSession = batchedSessionSchema(options.clock);
    this.#recorder = new SessionRecorder(store);
    const { onBatch } = options;
    this.#queue = new Batcher((sessions) => this.#recorder.record(sessions), store.batchPolicy, {
      costOf,
      onBatch,
    });
  }

  /** The number of calls that wait for a batch. */
  get waiting(): number {
    return this.#queue.waiting;
  }

  async recordSession(call: unknown) {
    const { userId, courseId, session } = parseCall(this.#options.schemas.recordSession, call);
    const { outcome, row } = await withRepeatableId(session.sessionId, (sessionId) => {
      const pending = this.#toPending({ userId, courseId, sessionId }, session);
      return this.#options.write(() =>
        this.#queue.add(pending).then((result) => recordedRow(result, courseId)),
      );
    });
    return { outcome, session: toSession(row) };
  }

  async recordSessions(call: unknown) {
    const { sessions } = parseCall(this.#options.schemas.recordSessions, call);
    const checked = sessions.map((session) => this.#checkSession(session));
    const queue = checked.flatMap((each) => ('pending' in each ? each.pending : []));
    const record = async () => {
      const outcomes: RecordOutcome[] = [];
      while (queue.length > 0) {
        await this.#store.yieldToWriters?.();
        outcomes.push(...(await this.#recorder.record(takeBatch(queue, costOf, this.#store.batchPolicy))));
      }
      outcomes.reverse();
      return checked.map((each) => ('pending' in each ? this.#toResult(outcomes.pop(), each) : each));
    };
    return this.#options.write(() => this.#batchLimiter.run(record));
  }

  #checkSession(call: unknown): CheckedSession | FailedResult {
    try {
      const { userId, courseId, ...session } = parseCall(this.#batchedSession, { session: call }).session;
      const { sessionId = newSessionId() } = session;
      const pending = this.#toPending({ userId, courseId, sessionId }, session);
      return { pending, newId: session.sessionId === undefined ? sessionId : undefined };
    } catch (error) {
      return { outcome: 'failed', error };
    }
  }

  #toPending(key: SessionKey, session: NewSession): PendingSession {
    return {
      row: toSessionRow(key, session, toInstant(this.#options.clock())),
      completionSent: session.completedAt !== undefined,
    };
  }

  #toResult(result: RecordOutcome | undefined, { pending: { row }, newId }: CheckedSession): RecordResult {
    try {
      if (!result) throw new Error('A session has no outcome.');
      const { outcome } = recordedRow(result, row.course_id);
      return { outcome, sessionId: row.session_id };
    } catch (cause) {
      const error = this.#options.toStatsError(cause);
      return { outcome: 'failed', error: newId ? withIdToRepeat(newId, error) : error };
    }
  }
}

function costOf({ row }: PendingSession): number {
  return 1 + moduleIdsOf(row).length / MODULES_PER_SESSION;
}

/** @throws if the session was not recorded */
function recordedRow(result: RecordOutcome, courseId: CourseId) {
  switch (result.outcome) {
    case 'recorded':
    case 'replayed':
      return { outcome: result.outcome, row: result.session };
    case 'conflict':
      throw sessionConflict(result.session.session_id);
    case 'failed':
      throw result.error;
    default:
      throw rejectionError(result.outcome, courseId);
  }
}
