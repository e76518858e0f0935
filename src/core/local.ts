import { migrations } from '../../migrations/index.js';
import type { LearnerKey, SessionKey, Stats, StatsCalls, Unchecked } from './api.js';
import { Batcher } from './batcher.js';
import { callSchemas, type CallSchemas } from './model/calls.js';
import { parseCall } from './model/faults.js';
import type { CourseId } from './model/ids.js';
import { timeToShow, toHistoryItem } from './model/history.js';
import { toLifetimeStats } from './model/lifetime.js';
import { encodeCursor, toPage } from './model/page.js';
import { toInstant, type Clock } from './model/time.js';
import {
  courseNotFound,
  refused,
  repeatable,
  schemaOutdated,
  sessionConflict,
  sessionNotFound,
  taken,
} from './refusals.js';
import type { Candidate, RecordOutcome } from './store/batches/batches.js';
import { toSession, toSessionRow, type SessionRow } from './store/rows.js';
import * as courses from './store/commands/courses.js';
import { eraseUser } from './store/commands/erase.js';
import { recordSessions } from './store/commands/record.js';
import * as sessions from './store/commands/sessions.js';
import { nameDriverFault, type Database } from './store/database.js';
import { migrationStatus } from './store/migrate.js';
import { findCourse, listCourses } from './store/queries/courses.js';
import { listSessions } from './store/queries/sessions.js';
import { sumByInterval } from './store/queries/history.js';
import type { LearnerStats } from './store/queries/stats.js';
import { listStudiedCourses } from './store/queries/studied-courses.js';

/**
 * The calls on a database: each checks its arguments, runs, and turns outcomes that are no success into
 * errors of the catalogue.
 */
export class LocalStats implements Stats, Unchecked<StatsCalls> {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #schemas: CallSchemas;
  readonly #records: Batcher<Candidate, RecordOutcome>;
  readonly #stats: Batcher<LearnerKey, LearnerStats | 'course-not-found'>;
  readonly #sessions: Batcher<SessionKey, SessionRow | 'session-not-found'>;
  #underWay = 0;
  #onIdle = () => {};
  #closing: Promise<void> | undefined;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#schemas = callSchemas(clock);
    const { batches } = database;
    this.#records = new Batcher((candidates) => recordSessions(database, candidates), batches.gathering);
    this.#stats = new Batcher((learners) => batches.findStats(learners), batches.gathering);
    this.#sessions = new Batcher((keys) => batches.findSessions(keys), batches.gathering);
  }

  get unchecked(): Unchecked<StatsCalls> {
    return this;
  }

  async addCourse(call: unknown) {
    const { course } = parseCall(this.#schemas.addCourse, call);
    const result = await this.#run(() => courses.addCourse(this.#database, course, this.#now()));
    if (result.outcome === 'taken') throw taken(result);
    return result.course;
  }

  async setCourse(call: unknown) {
    const { courseId, course } = parseCall(this.#schemas.setCourse, call);
    const result = await this.#run(() => courses.setCourse(this.#database, courseId, course, this.#now()));
    if (result.outcome === 'taken') throw taken(result);
    return result;
  }

  async getCourse(call: unknown) {
    const { courseId } = parseCall(this.#schemas.getCourse, call);
    const course = await this.#run(() => findCourse(this.#database, courseId));
    if (!course) throw courseNotFound(courseId);
    return course;
  }

  async listCourses(call: unknown) {
    const page = parseCall(this.#schemas.listCourses, call);
    return this.#run(() => listCourses(this.#database, page));
  }

  async recordSession(call: unknown) {
    const { userId, courseId, session } = parseCall(this.#schemas.recordSession, call);
    const completionSent = session.completedAt !== undefined;
    const result = await repeatable(session.sessionId, (sessionId) =>
      this.#run(async () => {
        const row = toSessionRow({ userId, courseId, sessionId }, session, this.#now());
        const recorded = await this.#records.add({ row, completionSent });
        if (recorded.outcome === 'failed') throw recorded.error;
        return recorded;
      }),
    );
    switch (result.outcome) {
      case 'recorded':
      case 'replayed':
        return { outcome: result.outcome, session: toSession(result.session) };
      case 'conflict':
        throw sessionConflict(result.session.session_id);
      default:
        throw refused(result.outcome, courseId);
    }
  }

  async putSession(call: unknown) {
    const checked = parseCall(this.#schemas.putSession, call);
    const result = await this.#run(() => sessions.putSession(this.#database, checked, this.#now()));
    switch (result.outcome) {
      case 'recorded':
      case 'replaced':
        return { outcome: result.outcome, session: toSession(result.session) };
      default:
        throw refused(result.outcome, checked.courseId);
    }
  }

  async getSession(call: unknown) {
    const key = parseCall(this.#schemas.getSession, call);
    const session = await this.#run(() => this.#sessions.add(key));
    if (session !== 'session-not-found') return toSession(session);
    await this.#assertCourse(key.courseId);
    throw sessionNotFound(key.sessionId);
  }

  async deleteSession(call: unknown) {
    const key = parseCall(this.#schemas.deleteSession, call);
    const outcome = await this.#run(() => sessions.deleteSession(this.#database, key, this.#now()));
    if (outcome === 'deleted') return;
    await this.#assertCourse(key.courseId);
    throw sessionNotFound(key.sessionId);
  }

  async listSessions(call: unknown) {
    const checked = parseCall(this.#schemas.listSessions, call);
    const page = await this.#run(() => listSessions(this.#database, checked));
    if (page.items.length === 0) await this.#assertCourse(checked.courseId);
    return page;
  }

  async getStats(call: unknown) {
    const learner = parseCall(this.#schemas.getStats, call);
    const { totals, modules } = await this.#findStats(learner);
    return toLifetimeStats(learner.courseId, totals, modules);
  }

  async getHistory(call: unknown) {
    const { interval, timeZone, ...range } = parseCall(this.#schemas.getHistory, call);
    const { totals } = await this.#findStats(range);
    const stretch = timeToShow(range, totals);
    const items = await this.#run(async () => {
      // Time zones are a heavy module that nothing else needs.
      const { intervalsBetween } = await import('./model/intervals.js');
      const intervals = intervalsBetween(interval, timeZone, stretch);
      const sums = await sumByInterval(this.#database, range, intervals);
      return intervals.map(({ label }, position) => toHistoryItem(label, sums.get(position)));
    });
    return { interval, timeZone, items };
  }

  async listStudiedCourses(call: unknown) {
    const checked = parseCall(this.#schemas.listStudiedCourses, call);
    const studied = await this.#run(() => listStudiedCourses(this.#database, checked));
    const items = studied.map(({ courseId, name, totals, modules }) => ({
      ...toLifetimeStats(courseId, totals, modules),
      name,
    }));
    return toPage(items, checked.limit, (last) => encodeCursor([last.name]));
  }

  async eraseUser(call: unknown) {
    const { userId } = parseCall(this.#schemas.eraseUser, call);
    return { sessionsDeleted: await this.#run(() => eraseUser(this.#database, userId)) };
  }

  async ready(): Promise<void> {
    const { pending } = await this.#run(() => migrationStatus(this.#database, migrations));
    if (pending.length > 0) throw schemaOutdated(pending);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#idle().then(() => this.#database.close());
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #findStats(learner: LearnerKey): Promise<LearnerStats> {
    const stats = await this.#run(() => this.#stats.add(learner));
    if (stats === 'course-not-found') throw courseNotFound(learner.courseId);
    return stats;
  }

  /** The hot paths ask for the course only where they have found nothing. */
  async #assertCourse(courseId: CourseId): Promise<void> {
    const course = await this.#run(() => findCourse(this.#database, courseId));
    if (!course) throw courseNotFound(courseId);
  }

  #now(): string {
    return toInstant(this.#clock());
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } catch (error) {
      throw nameDriverFault(this.#database, error);
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#onIdle();
    }
  }

  async #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    if (this.#underWay > 0) await promise;
  }
}
