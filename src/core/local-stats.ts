import type { DatabaseStats, LearnerKey, RecordResult, SessionKey, StatsCalls, Untyped } from './api.js';
import { Batcher, takeBatch } from './batching/batcher.js';
import { InFlightLimiter } from './batching/in-flight-limiter.js';
import { KeyedMutex } from './batching/keyed-mutex.js';
import { SessionRecorder } from './batching/session-recorder.js';
import {
  courseNotFound,
  enrolmentNotFound,
  rejectionError,
  serviceReadOnly,
  sessionConflict,
  sessionNotFound,
  StatsError,
} from './errors.js';
import { LocalApiKeys } from './local-api-keys.js';
import { LocalCourseView } from './local-course-view.js';
import {
  batchedSessionSchema,
  callSchemas,
  withIdToRepeat,
  withRepeatableId,
  type CallSchemas,
} from './model/calls.js';
import { historyRange, toHistoryItem } from './model/history.js';
import { newSessionId, type CourseId, type SessionId, type UserId } from './model/ids.js';
import { toLearnerActivity } from './model/learner-activity.js';
import { toLifetimeStats } from './model/lifetime.js';
import { encodeCursor, toPage } from './model/pagination.js';
import type { NewSession } from './model/session.js';
import { toInstant, type Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import type { Activity, Observer, QueueName } from './observer.js';
import { assertCurrent } from './store/migrator.js';
import { moduleIdsOf, toSession, toSessionRow, type SessionRow } from './store/rows.js';
import { addCourse, deleteCourse, findCourse, listCourses, setCourse } from './store/sql/courses.js';
import { enrolLearner, unenrolLearner } from './store/sql/enrolments.js';
import { eraseLearner } from './store/sql/erase.js';
import { findBounds, sumByInterval } from './store/sql/history.js';
import { findFirstCompletion, sumByDay } from './store/sql/learner-activity.js';
import { deleteSession, listSessions, putSession } from './store/sql/sessions.js';
import { listStudiedCourses } from './store/sql/stats.js';
import {
  toStatsError,
  type LearnerStats,
  type PendingSession,
  type RecordOutcome,
  type Store,
} from './store/store.js';

interface LocalStatsOptions {
  readonly clock: Clock;
  readonly maxCalls: number;
  readonly readOnly: boolean;
  readonly minLearners: number;
  readonly observer?: Observer | undefined;
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

/**
 * The calls on a database: each validates its arguments, runs, and converts outcomes to results or errors.
 */
export class LocalStats implements DatabaseStats, Untyped<StatsCalls> {
  readonly keys: LocalApiKeys;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #readOnly: boolean;
  readonly #schemas: CallSchemas;
  readonly #batchedSession: ReturnType<typeof batchedSessionSchema>;
  readonly #observer: Observer | undefined;
  readonly #limiter: InFlightLimiter;
  /** Within the limit of all calls, whose errors it does not convert again. */
  readonly #batchLimiter = new InFlightLimiter(MAX_BATCHES, (error) => error);
  /** Serializes the writes of a learner other than recording. */
  readonly #writes: KeyedMutex<UserId>;
  readonly #courseView: LocalCourseView;
  readonly #recorder: SessionRecorder;
  readonly #recordQueue: Batcher<PendingSession, RecordOutcome>;
  readonly #statsQueue: Batcher<LearnerKey, LearnerStats | 'course-not-found'>;
  readonly #sessionQueue: Batcher<SessionKey, SessionRow | 'session-not-found'>;
  #closing: Promise<void> | undefined;

  constructor(store: Store, { clock, maxCalls, minLearners, observer, readOnly }: LocalStatsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.#schemas = callSchemas(clock);
    this.#batchedSession = batchedSessionSchema(clock);
    this.#observer = observer;
    this.#limiter = new InFlightLimiter(maxCalls, (error) => this.#toStatsError(error));
    this.keys = new LocalApiKeys(store, { clock, readOnly, limiter: this.#limiter });
    const isUnavailable = (error: unknown) => ['locked', 'unavailable'].includes(store.faultOf(error) ?? '');
    this.#writes = new KeyedMutex(isUnavailable);
    this.#courseView = new LocalCourseView(store, {
      clock,
      schemas: this.#schemas,
      limiter: this.#limiter,
      minLearners,
      isQueueWide: isUnavailable,
    });
    this.#recorder = new SessionRecorder(store);
    const observed = (queue: QueueName) => ({ onBatch: (size: number) => observer?.batch(queue, size) });
    this.#recordQueue = new Batcher((sessions) => this.#recorder.record(sessions), store.batchPolicy, {
      costOf,
      ...observed('record'),
    });
    this.#statsQueue = new Batcher((keys) => store.findStats(keys), store.batchPolicy, observed('stats'));
    this.#sessionQueue = new Batcher(
      (keys) => store.findSessions(keys),
      store.batchPolicy,
      observed('session'),
    );
  }

  get activity(): Activity {
    const connections = this.#store.connections?.();
    return {
      calls: this.#limiter.count,
      waiting: {
        record: this.#recordQueue.waiting,
        stats: this.#statsQueue.waiting,
        session: this.#sessionQueue.waiting,
      },
      ...(connections && { connections }),
    };
  }

  get untyped(): Untyped<StatsCalls> {
    return this;
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    return this.#readOnly ? Promise.reject(serviceReadOnly()) : this.#limiter.run(work);
  }

  async addCourse(call: unknown) {
    const { course } = parseCall(this.#schemas.addCourse, call);
    return this.#write(() => addCourse(this.#store, course, this.#now()));
  }

  async setCourse(call: unknown) {
    const { courseId, course } = parseCall(this.#schemas.setCourse, call);
    return this.#write(() => setCourse(this.#store, courseId, course, this.#now()));
  }

  async getCourse(call: unknown) {
    const { courseId } = parseCall(this.#schemas.getCourse, call);
    const course = await this.#limiter.run(() => findCourse(this.#store, courseId));
    if (!course) throw courseNotFound(courseId);
    return course;
  }

  async deleteCourse(call: unknown) {
    const { courseId } = parseCall(this.#schemas.deleteCourse, call);
    await this.#write(() => deleteCourse(this.#store, courseId));
  }

  async listCourses(call: unknown = {}) {
    const page = parseCall(this.#schemas.listCourses, call);
    return this.#limiter.run(() => listCourses(this.#store, page));
  }

  async enrolLearner(call: unknown) {
    const checked = parseCall(this.#schemas.enrolLearner, call);
    return this.#write(() =>
      this.#writes.run(checked.userId, () => enrolLearner(this.#store, checked, this.#now())),
    );
  }

  async unenrolLearner(call: unknown) {
    const learner = parseCall(this.#schemas.unenrolLearner, call);
    await this.#write(async () => {
      const outcome = await this.#writes.run(learner.userId, () => unenrolLearner(this.#store, learner));
      if (outcome === 'deleted') return;
      await this.#assertCourse(learner.courseId);
      throw enrolmentNotFound(learner.userId);
    });
  }

  listLearners(call: unknown) {
    return this.#courseView.listLearners(call);
  }

  getLearner(call: unknown) {
    return this.#courseView.getLearner(call);
  }

  getSummary(call: unknown) {
    return this.#courseView.getSummary(call);
  }

  getCourseActivity(call: unknown) {
    return this.#courseView.getCourseActivity(call);
  }

  async recordSession(call: unknown) {
    const { userId, courseId, session } = parseCall(this.#schemas.recordSession, call);
    const { outcome, row } = await withRepeatableId(session.sessionId, (sessionId) => {
      const pending = this.#toPending({ userId, courseId, sessionId }, session);
      return this.#write(() =>
        this.#recordQueue.add(pending).then((result) => recordedRow(result, courseId)),
      );
    });
    return { outcome, session: toSession(row) };
  }

  async recordSessions(call: unknown) {
    const { sessions } = parseCall(this.#schemas.recordSessions, call);
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
    return this.#write(() => this.#batchLimiter.run(record));
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
      row: toSessionRow(key, session, this.#now()),
      completionSent: session.completedAt !== undefined,
    };
  }

  #toResult(result: RecordOutcome | undefined, { pending: { row }, newId }: CheckedSession): RecordResult {
    try {
      if (!result) throw new Error('A session has no outcome.');
      const { outcome } = recordedRow(result, row.course_id);
      return { outcome, sessionId: row.session_id };
    } catch (cause) {
      const error = this.#toStatsError(cause);
      return { outcome: 'failed', error: newId ? withIdToRepeat(newId, error) : error };
    }
  }

  async putSession(call: unknown) {
    const checked = parseCall(this.#schemas.putSession, call);
    const { outcome, session } = await this.#write(() =>
      this.#writes.run(checked.userId, () => putSession(this.#store, checked, this.#now())),
    );
    return { outcome, session: toSession(session) };
  }

  async getSession(call: unknown) {
    const key = parseCall(this.#schemas.getSession, call);
    return this.#limiter.run(async () => {
      const session = await this.#sessionQueue.add(key);
      if (session !== 'session-not-found') return toSession(session);
      await this.#assertCourse(key.courseId);
      throw sessionNotFound(key.sessionId);
    });
  }

  async deleteSession(call: unknown) {
    const key = parseCall(this.#schemas.deleteSession, call);
    await this.#write(async () => {
      const outcome = await this.#writes.run(key.userId, () => deleteSession(this.#store, key, this.#now()));
      if (outcome === 'deleted') return;
      await this.#assertCourse(key.courseId);
      throw sessionNotFound(key.sessionId);
    });
  }

  async listSessions(call: unknown) {
    const checked = parseCall(this.#schemas.listSessions, call);
    return this.#limiter.run(async () => {
      const page = await listSessions(this.#store, checked);
      if (page.items.length === 0) await this.#assertCourse(checked.courseId);
      return page;
    });
  }

  async getStats(call: unknown) {
    const learner = parseCall(this.#schemas.getStats, call);
    const found = await this.#limiter.run(() => this.#statsQueue.add(learner));
    if (found === 'course-not-found') throw courseNotFound(learner.courseId);
    return toLifetimeStats(learner.courseId, found.totals, found.modules);
  }

  async getHistory(call: unknown) {
    const { interval, timeZone, ...request } = parseCall(this.#schemas.getHistory, call);
    const items = await this.#limiter.run(async () => {
      const isBounded = request.from !== undefined && request.to !== undefined;
      const bounds = isBounded ? {} : await findBounds(this.#store, request);
      const range = historyRange(request, bounds);
      if (bounds.first === undefined) await this.#assertCourse(request.courseId);
      // Loaded on first use: a heavy module that only this call needs.
      const { intervalsBetween } = await import('./model/intervals.js');
      const intervals = intervalsBetween(interval, timeZone, range);
      const sums = await sumByInterval(this.#store, request, intervals);
      return intervals.map(({ label }, position) => toHistoryItem(label, sums.get(position)));
    });
    return { interval, timeZone, items };
  }

  async getLearnerActivity(call: unknown) {
    const { userId, timeZone, dayStart, ...request } = parseCall(this.#schemas.getLearnerActivity, call);
    const activity = await this.#limiter.run(async () => {
      const now = this.#clock();
      const completion = await findFirstCompletion(this.#store, userId);
      const first = completion === undefined ? now : Math.min(Date.parse(completion), now);
      // Loaded on first use, like the intervals of a history.
      const { ActivityDays } = await import('./model/activity-days.js');
      const days = new ActivityDays({ timeZone, dayStart, first, now });
      const range = days.range(request);
      const within = { start: first, end: days.end };
      const sums = await sumByDay(this.#store, { userId, within, pieces: days.pieces, range });
      return toLearnerActivity(sums, days);
    });
    return { timeZone, dayStart, ...activity };
  }

  async listStudiedCourses(call: unknown) {
    const checked = parseCall(this.#schemas.listStudiedCourses, call);
    const studied = await this.#limiter.run(() => listStudiedCourses(this.#store, checked));
    return toPage(studied, checked.limit, (last) => encodeCursor([last.name]));
  }

  async eraseUser(call: unknown) {
    const { userId } = parseCall(this.#schemas.eraseUser, call);
    const sessionsDeleted = await this.#write(() =>
      this.#writes.run(userId, () => eraseLearner(this.#store, { userId })),
    );
    return { sessionsDeleted };
  }

  async ready(): Promise<void> {
    // An overloaded server stays ready: otherwise a load balancer would remove all servers at once.
    await this.#limiter.run(async () => {
      await this.#store.assertInPlace?.();
      await assertCurrent(this.#store.probe);
      if (!this.#readOnly) await this.#store.assertWritable?.();
    }, Infinity);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#limiter.drain().then(() => this.#store.close());
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Also reports a database error to the observer. */
  #toStatsError(error: unknown): unknown {
    const converted = toStatsError(this.#store, error);
    if (converted !== error && converted instanceof StatsError) this.#observer?.databaseError(converted.code);
    return converted;
  }

  /** Called only after a query found nothing, so that hot paths do not read the course. */
  async #assertCourse(courseId: CourseId): Promise<void> {
    if (!(await findCourse(this.#store, courseId))) throw courseNotFound(courseId);
  }

  #now(): string {
    return toInstant(this.#clock());
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
