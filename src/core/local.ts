import { migrations } from '../../migrations/index.js';
import type { LearnerKey, RecordResult, Stats, StatsCalls, Unchecked } from './api.js';
import { BulkRecorder, type BulkOutcome } from './bulk/bulk-recorder.js';
import { CallsUnderWay } from './calls-under-way.js';
import { StatsError } from './errors.js';
import { batchedSessionSchema, callSchemas, type CallSchemas } from './model/calls.js';
import { parseCall } from './model/faults.js';
import { newSessionId, type CourseId } from './model/ids.js';
import { timeToShow, toHistoryItem } from './model/history.js';
import { toLifetimeStats } from './model/lifetime.js';
import { encodeCursor, toPage } from './model/page.js';
import { toInstant, type Clock } from './model/time.js';
import type { Activity, Observer } from './observer.js';
import { LearnerLines } from './learner-lines.js';
import { Queues } from './queues.js';
import {
  courseNotFound,
  refused,
  repeatable,
  schemaOutdated,
  sessionConflict,
  sessionNotFound,
  taken,
} from './refusals.js';
import type { RecordOutcome } from './store/batches/batches.js';
import type { Candidate } from './store/batches/candidate.js';
import type { PackedCandidates } from './store/batches/packed-candidates.js';
import { SessionRecorder } from './store/batches/session-recorder.js';
import { toSession, toSessionRow } from './store/rows.js';
import * as courses from './store/commands/courses.js';
import { eraseUser } from './store/commands/erase.js';
import * as sessions from './store/commands/sessions.js';
import { nameDriverFault, type Database } from './store/database.js';
import { pendingMigrations } from './store/migrate.js';
import { findCourse, listCourses } from './store/queries/courses.js';
import { listSessions } from './store/queries/sessions.js';
import { sumByInterval } from './store/queries/history.js';
import type { DriverFault } from './store/driver-fault.js';
import type { LearnerStats } from './store/queries/stats.js';
import { listStudiedCourses } from './store/queries/studied-courses.js';

interface LocalOptions {
  readonly clock: Clock;
  /** How many calls may be under way at a time. */
  readonly maxCalls: number;
  readonly observer?: Observer | undefined;
}

/**
 * The calls on a database: each checks its arguments, runs, and turns outcomes that are no success into
 * errors of the catalogue.
 */
export class LocalStats implements Stats, Unchecked<StatsCalls> {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #schemas: CallSchemas;
  readonly #queues: Queues;
  readonly #calls: CallsUnderWay;
  readonly #changes: LearnerLines;
  readonly #recorder: SessionRecorder;
  readonly #batchedSession: ReturnType<typeof batchedSessionSchema>;
  readonly #bulk: BulkRecorder;
  #closing: Promise<void> | undefined;
  #lastTime: number | undefined;
  #lastInstant = '';

  constructor(database: Database, { clock, maxCalls, observer }: LocalOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#schemas = callSchemas(clock);
    this.#queues = new Queues(database, observer);
    this.#changes = new LearnerLines((error) => isInVain(database.faultOf(error)));
    const rename = (error: unknown) => {
      const named = nameDriverFault(database, error);
      if (named !== error && named instanceof StatsError) observer?.trouble(named.code);
      return named;
    };
    this.#calls = new CallsUnderWay(maxCalls, rename);
    this.#recorder = new SessionRecorder(database);
    this.#batchedSession = batchedSessionSchema(clock);
    this.#bulk = new BulkRecorder({ database, rename });
  }

  get activity(): Activity {
    const { connections } = this.#database;
    return {
      calls: this.#calls.count,
      waiting: this.#queues.waiting,
      ...(connections && { connections: connections() }),
    };
  }

  get unchecked(): Unchecked<StatsCalls> {
    return this;
  }

  async addCourse(call: unknown) {
    const { course } = parseCall(this.#schemas.addCourse, call);
    const result = await this.#calls.run(() => courses.addCourse(this.#database, course, this.#now()));
    if (result.outcome === 'taken') throw taken(result);
    return result.course;
  }

  async setCourse(call: unknown) {
    const { courseId, course } = parseCall(this.#schemas.setCourse, call);
    const result = await this.#calls.run(() =>
      courses.setCourse(this.#database, courseId, course, this.#now()),
    );
    if (result.outcome === 'taken') throw taken(result);
    return result;
  }

  async getCourse(call: unknown) {
    const { courseId } = parseCall(this.#schemas.getCourse, call);
    const course = await this.#calls.run(() => findCourse(this.#database, courseId));
    if (!course) throw courseNotFound(courseId);
    return course;
  }

  async listCourses(call: unknown) {
    const page = parseCall(this.#schemas.listCourses, call);
    return this.#calls.run(() => listCourses(this.#database, page));
  }

  async recordSession(call: unknown) {
    const { userId, courseId, session } = parseCall(this.#schemas.recordSession, call);
    const completionSent = session.completedAt !== undefined;
    const result = await repeatable(session.sessionId, (sessionId) => {
      const row = toSessionRow({ userId, courseId, sessionId }, session, this.#now());
      return this.#calls.run(() => this.#queues.record.add({ row, completionSent }).then(orFailure));
    });
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

  async recordSessions(call: unknown) {
    const { sessions: batch } = parseCall(this.#schemas.recordSessions, call);
    const results: RecordResult[] = [];
    const candidates: Candidate[] = [];
    const places: number[] = [];
    for (const [place, item] of batch.entries()) {
      try {
        const { userId, courseId, ...session } = parseCall(this.#batchedSession, { session: item }).session;
        const { sessionId = newSessionId() } = session;
        const row = toSessionRow({ userId, courseId, sessionId }, session, this.#now());
        candidates.push({ row, completionSent: session.completedAt !== undefined });
        places.push(place);
      } catch (error) {
        results[place] = { outcome: 'failed', error };
      }
    }
    const recorded = await this.#calls.run(() => this.#recorder.record(candidates));
    for (const [index, result] of recorded.entries()) {
      const [place, candidate] = [places[index], candidates[index]];
      if (place !== undefined && candidate) results[place] = this.#toResult(result, candidate);
    }
    return results;
  }

  #toResult(result: RecordOutcome, { row }: Candidate): RecordResult {
    const sessionId = row.session_id;
    switch (result.outcome) {
      case 'recorded':
      case 'replayed':
        return { outcome: result.outcome, sessionId };
      case 'failed':
        return { outcome: 'failed', error: nameDriverFault(this.#database, result.error) };
      case 'conflict':
        return { outcome: 'failed', error: sessionConflict(sessionId) };
      default:
        return { outcome: 'failed', error: refused(result.outcome, row.course_id) };
    }
  }

  /** What {@link recordSession} would check, for {@link recordChecked}. */
  checkSession(call: unknown): Candidate {
    const now = this.#now();
    const { userId, courseId, session } = parseCall(this.#schemas.recordSession, call);
    const { sessionId = newSessionId() } = session;
    const row = toSessionRow({ userId, courseId, sessionId }, session, now);
    return { row, completionSent: session.completedAt !== undefined };
  }

  /** Records what is there at once; `signal` ends it between two transactions. */
  recordChecked(
    candidates: PackedCandidates,
    positions: readonly number[],
    signal?: AbortSignal,
  ): Promise<readonly BulkOutcome[]> {
    return this.#calls.run(() => this.#bulk.record(candidates, positions, signal));
  }

  async putSession(call: unknown) {
    const checked = parseCall(this.#schemas.putSession, call);
    const result = await this.#calls.run(() =>
      this.#changes.run(checked.userId, () => sessions.putSession(this.#database, checked, this.#now())),
    );
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
    return this.#calls.run(async () => {
      const session = await this.#queues.session.add(key);
      if (session !== 'session-not-found') return toSession(session);
      await this.#assertCourse(key.courseId);
      throw sessionNotFound(key.sessionId);
    });
  }

  async deleteSession(call: unknown) {
    const key = parseCall(this.#schemas.deleteSession, call);
    await this.#calls.run(async () => {
      const outcome = await this.#changes.run(key.userId, () =>
        sessions.deleteSession(this.#database, key, this.#now()),
      );
      if (outcome === 'deleted') return;
      await this.#assertCourse(key.courseId);
      throw sessionNotFound(key.sessionId);
    });
  }

  async listSessions(call: unknown) {
    const checked = parseCall(this.#schemas.listSessions, call);
    return this.#calls.run(async () => {
      const page = await listSessions(this.#database, checked);
      if (page.items.length === 0) await this.#assertCourse(checked.courseId);
      return page;
    });
  }

  async getStats(call: unknown) {
    const learner = parseCall(this.#schemas.getStats, call);
    const found = await this.#calls.run(() => this.#queues.stats.add(learner));
    const { totals, modules } = known(found, learner);
    return toLifetimeStats(learner.courseId, totals, modules);
  }

  async getHistory(call: unknown) {
    const { interval, timeZone, ...range } = parseCall(this.#schemas.getHistory, call);
    const items = await this.#calls.run(async () => {
      const { totals } = known(await this.#queues.stats.add(range), range);
      const stretch = timeToShow(range, totals);
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
    const studied = await this.#calls.run(() => listStudiedCourses(this.#database, checked));
    return toPage(studied, checked.limit, (last) => encodeCursor([last.name]));
  }

  async eraseUser(call: unknown) {
    const { userId } = parseCall(this.#schemas.eraseUser, call);
    const sessionsDeleted = await this.#calls.run(() =>
      this.#changes.run(userId, () => eraseUser(this.#database, userId)),
    );
    return { sessionsDeleted };
  }

  async ready(): Promise<void> {
    const pending = await this.#calls.run(
      () => pendingMigrations({ ...this.#database, kysely: this.#database.probe }, migrations),
      // An overloaded server is ready all the same: else balancers would take out all at once.
      Infinity,
    );
    if (pending.length > 0) throw schemaOutdated(pending);
  }

  async close(): Promise<void> {
    this.#closing ??= this.#calls.end().then(() => this.#database.close());
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The hot paths ask for the course only where they have found nothing. */
  async #assertCourse(courseId: CourseId): Promise<void> {
    if (!(await findCourse(this.#database, courseId))) throw courseNotFound(courseId);
  }

  /** Many calls come in the same millisecond. */
  #now(): string {
    const time = this.#clock();
    if (time !== this.#lastTime) [this.#lastTime, this.#lastInstant] = [time, toInstant(time)];
    return this.#lastInstant;
  }
}

/** Whether it would meet whoever comes next in the same way. */
function isInVain(fault: DriverFault | undefined): boolean {
  return fault === 'locked' || fault === 'unavailable';
}

/** What is known of a learner, where there is such a course. */
function known(found: LearnerStats | 'course-not-found', { courseId }: LearnerKey): LearnerStats {
  if (found === 'course-not-found') throw courseNotFound(courseId);
  return found;
}

/** The database's own fault, or what became of the session. */
function orFailure(recorded: RecordOutcome): Exclude<RecordOutcome, { outcome: 'failed' }> {
  if (recorded.outcome === 'failed') throw recorded.error;
  return recorded;
}
