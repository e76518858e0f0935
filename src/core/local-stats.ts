import type { DatabaseStats, SessionKey, StatsCalls, Untyped } from './api.js';
import { Batcher } from './batching/batcher.js';
import { InFlightLimiter } from './batching/in-flight-limiter.js';
import { KeyedMutex } from './batching/keyed-mutex.js';
import { courseNotFound, enrolmentNotFound, serviceReadOnly, sessionNotFound, StatsError } from './errors.js';
import { LocalApiKeys } from './local-api-keys.js';
import { LocalCourseView } from './local-course-view.js';
import { LocalLearnerView } from './local-learner-view.js';
import { LocalRecording } from './local-recording.js';
import { callSchemas, type CallSchemas } from './model/calls.js';
import type { UserId } from './model/ids.js';
import { toInstant, type Clock } from './model/time.js';
import { parseCall } from './model/validation.js';
import type { Activity, Observer, QueueName } from './observer.js';
import { assertCurrent } from './store/migrator.js';
import { toSession, type SessionRow } from './store/rows.js';
import {
  addCourse,
  assertCourse,
  deleteCourse,
  findCourse,
  listCourses,
  setCourse,
} from './store/sql/courses.js';
import { enrolLearner, unenrolLearner } from './store/sql/enrolments.js';
import { eraseLearner } from './store/sql/erase.js';
import { deleteSession, listSessions, putSession } from './store/sql/sessions.js';
import { toStatsError, type Store } from './store/store.js';

interface LocalStatsOptions {
  readonly clock: Clock;
  readonly maxCalls: number;
  readonly readOnly: boolean;
  readonly minLearners: number;
  readonly observer?: Observer | undefined;
}

/**
 * The calls on a database: each validates its arguments, runs, and converts outcomes to results or errors.
 */
export class LocalStats implements DatabaseStats, Untyped<StatsCalls> {
  readonly keys: LocalApiKeys;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #readOnly: boolean;
  readonly #schemas: CallSchemas;
  readonly #observer: Observer | undefined;
  readonly #limiter: InFlightLimiter;
  /** Serializes the writes of a learner other than recording. */
  readonly #writes: KeyedMutex<UserId>;
  readonly #courseView: LocalCourseView;
  readonly #learnerView: LocalLearnerView;
  readonly #recording: LocalRecording;
  readonly #sessionQueue: Batcher<SessionKey, SessionRow | 'session-not-found'>;
  #closing: Promise<void> | undefined;

  constructor(store: Store, { clock, maxCalls, minLearners, observer, readOnly }: LocalStatsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#readOnly = readOnly;
    this.#schemas = callSchemas(clock);
    this.#observer = observer;
    this.#limiter = new InFlightLimiter(maxCalls, (error) => this.#toStatsError(error));
    this.keys = new LocalApiKeys(store, { clock, readOnly, limiter: this.#limiter });
    const isUnavailable = (error: unknown) => ['locked', 'unavailable'].includes(store.faultOf(error) ?? '');
    this.#writes = new KeyedMutex(isUnavailable);
    const parts = { clock, schemas: this.#schemas, limiter: this.#limiter };
    const observed = (queue: QueueName) => ({ onBatch: (size: number) => observer?.batch(queue, size) });
    this.#courseView = new LocalCourseView(store, { ...parts, minLearners, isQueueWide: isUnavailable });
    this.#learnerView = new LocalLearnerView(store, { ...parts, ...observed('stats') });
    this.#recording = new LocalRecording(store, {
      ...parts,
      ...observed('record'),
      write: (work) => this.#write(work),
      toStatsError: (error) => this.#toStatsError(error),
    });
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
        record: this.#recording.waiting,
        stats: this.#learnerView.waiting,
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
      await assertCourse(this.#store, learner.courseId);
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

  recordSession(call: unknown) {
    return this.#recording.recordSession(call);
  }

  recordSessions(call: unknown) {
    return this.#recording.recordSessions(call);
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
      await assertCourse(this.#store, key.courseId);
      throw sessionNotFound(key.sessionId);
    });
  }

  async deleteSession(call: unknown) {
    const key = parseCall(this.#schemas.deleteSession, call);
    await this.#write(async () => {
      const outcome = await this.#writes.run(key.userId, () => deleteSession(this.#store, key, this.#now()));
      if (outcome === 'deleted') return;
      await assertCourse(this.#store, key.courseId);
      throw sessionNotFound(key.sessionId);
    });
  }

  async listSessions(call: unknown) {
    const checked = parseCall(this.#schemas.listSessions, call);
    return this.#limiter.run(async () => {
      const page = await listSessions(this.#store, checked);
      if (page.items.length === 0) await assertCourse(this.#store, checked.courseId);
      return page;
    });
  }

  getStats(call: unknown) {
    return this.#learnerView.getStats(call);
  }

  getHistory(call: unknown) {
    return this.#learnerView.getHistory(call);
  }

  getLearnerActivity(call: unknown) {
    return this.#learnerView.getLearnerActivity(call);
  }

  listStudiedCourses(call: unknown) {
    return this.#learnerView.listStudiedCourses(call);
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
    if (!this.#closing) {
      this.#closing = this.#limiter.drain().then(() => this.#store.close());
      this.#courseView.close();
    }
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

  #now(): string {
    return toInstant(this.#clock());
  }
}
