import type { ApiKeys } from './model/api-key.js';
import type { Course, CourseContent, NewCourse } from './model/course.js';
import type { CourseActivity } from './model/course-activity.js';
import type { CourseSummary } from './model/course-summary.js';
import type { Enrolment, EnrolmentContent } from './model/enrolment.js';
import type { History, IntervalName } from './model/history.js';
import type { CourseId, SessionId, UserId } from './model/ids.js';
import type { LearnerActivity } from './model/learner-activity.js';
import type { LifetimeStats, StudiedCourse } from './model/lifetime.js';
import type { Page } from './model/pagination.js';
import type { CourseLearner, Roster, RosterQuery } from './model/roster.js';
import type { NewSession, Session, SessionContent, SessionRange } from './model/session.js';

/** A learner in a course, the key of lifetime stats. */
export interface LearnerKey {
  readonly userId: UserId;
  readonly courseId: CourseId;
}

/** The learner of a call. A `sessionId`, which would fail at run time, does not compile. */
export interface LearnerCall extends LearnerKey {
  readonly sessionId?: never;
}

/** A learner in all courses. */
export interface UserCall {
  readonly userId: UserId;
  readonly courseId?: never;
  readonly sessionId?: never;
}

/** A course as a whole. */
export interface CourseCall {
  readonly courseId: CourseId;
  readonly userId?: never;
  readonly sessionId?: never;
}

/** The intervals of a series. */
export interface IntervalQuery extends SessionRange {
  /** Weeks begin on Monday. Default: `week`. */
  readonly interval?: IntervalName | undefined;
  /** An IANA time zone. Default: UTC. */
  readonly timeZone?: string | undefined;
}

/** A session's identity: two learners may use the same `sessionId` for different sessions. */
export interface SessionKey extends LearnerKey {
  readonly sessionId: SessionId;
}

export interface PageRequest {
  /** Maximum number of items on the page: 1 to 1,000. Default: 100. */
  readonly limit?: number | undefined;
  /** The `next` of the previous page; left out for the first page. */
  readonly cursor?: string | undefined;
}

/** A session to be recorded, with its learner and course. */
export type LearnerSession = LearnerKey & NewSession;

/** The outcome of one session of a batch. */
export type RecordResult =
  | { readonly outcome: 'recorded' | 'replayed'; readonly sessionId: SessionId }
  /** `error` is what `recordSession` would have rejected with. */
  | { readonly outcome: 'failed'; readonly error: unknown };

/**
 * The calls of stats-service, the same on a database (`openStats`) and on a running server (`connectStats`).
 *
 * Every call validates its arguments at run time and rejects with a {@link StatsError}:
 *
 * - `invalid-request` lists every validation error of the call (the first 100).
 * - After `database-unavailable` or `server-unavailable`, repeating the call is safe. If `recordSession` got
 *   no `sessionId`, repeat it with the id from the error.
 * - `database-unusable` and `server-incompatible` need an operator.
 * - With `readOnly`, every change rejects with `read-only`.
 * - `access-denied` means that the server refused the credential, or that the credential does not allow the call.
 *
 * Any other error is a defect.
 */
export interface StatsCalls {
  /**
   * Creates a course. Without `courseId` it gets a new one.
   *
   * @throws {StatsError} `course-id-taken`, `course-name-taken`
   */
  addCourse(call: { readonly course: NewCourse }): Promise<Course>;

  /**
   * Creates or replaces a course, for example when a platform synchronizes its catalogue. Without `moduleIds`
   * the modules of a course stay. Repeating the call changes nothing, not even `updatedAt`.
   *
   * @throws {StatsError} `course-name-taken`
   */
  setCourse(call: {
    readonly courseId: CourseId;
    readonly course: CourseContent;
  }): Promise<{ outcome: 'created' | 'replaced'; course: Course }>;

  /** @throws {StatsError} `course-not-found` */
  getCourse(call: { readonly courseId: CourseId }): Promise<Course>;

  /**
   * Deletes a course, its modules and its enrolments. To delete a course with its sessions, use `purgeCourse`.
   *
   * @throws {StatsError} `course-not-found`; `course-in-use` if a learner has a session in it
   */
  deleteCourse(call: { readonly courseId: CourseId }): Promise<void>;

  /** Lists all courses by name, in the order of Unicode code points, or only the one with `courseId`. */
  listCourses(call?: PageRequest & { readonly courseId?: CourseId | undefined }): Promise<Page<Course>>;

  /**
   * Enrols a learner in a course, whether or not they have studied, or replaces the enrolment. Repeating the call
   * changes nothing.
   *
   * @example
   * const { enrolment } = await stats.enrolLearner({
   *   userId,
   *   courseId,
   *   enrolment: { displayName: 'Ann', groups: ['2026', 'evening'] },
   * });
   * console.log(enrolment.displayName, enrolment.groups);
   *
   * @throws {StatsError} `course-not-found`
   */
  enrolLearner(
    call: LearnerCall & { readonly enrolment: EnrolmentContent },
  ): Promise<{ outcome: 'created' | 'replaced'; enrolment: Enrolment }>;

  /**
   * Removes the enrolment of a learner in a course. The sessions stay.
   *
   * @throws {StatsError} `course-not-found`, `enrolment-not-found`
   */
  unenrolLearner(call: LearnerCall): Promise<void>;

  /**
   * Lists the learners of a course, everyone with an enrolment or a session, with their lifetime stats. The pages of one
   * walk have the statuses of one time, `asOf`. Sorted by `userId`, a walk returns every learner exactly once who
   * belongs to the course all along; sorted otherwise, learners move while sessions are recorded.
   *
   * @example
   * const { items, inactiveAfter } = await stats.listLearners({ courseId, status: 'inactive', sort: 'lastCompletedAt' });
   * console.log(`Without a session for ${inactiveAfter} days:`);
   * for (const { displayName, userId, lastCompletedAt } of items) console.log(displayName ?? userId, lastCompletedAt);
   *
   * @throws {StatsError} `course-not-found`
   */
  listLearners(call: CourseCall & RosterQuery & PageRequest): Promise<Roster>;

  /**
   * Reads one row of the roster.
   *
   * @example
   * const { status, progress } = await stats.getLearner({ userId, courseId });
   * console.log(status, progress);
   *
   * @throws {StatsError} `course-not-found`, `learner-not-found`
   */
  getLearner(call: LearnerCall & Pick<RosterQuery, 'inactiveAfter'>): Promise<CourseLearner>;

  /**
   * Reads the figures of a course: how many learners are active, inactive or done, the sums over all sessions, and how
   * the learners are distributed.
   *
   * @example
   * const { learners, perLearner } = await stats.getSummary({ courseId });
   * console.log(`${learners.completed} of ${learners.total} completed`);
   * const minutes = (perLearner.timeStudied?.median ?? 0) / 60_000;
   * console.log(`half of the learners who have studied did so for at most ${minutes} minutes`);
   *
   * @throws {StatsError} `course-not-found`, `total-out-of-range`
   */
  getSummary(call: CourseCall & Pick<RosterQuery, 'inactiveAfter'>): Promise<CourseSummary>;

  /**
   * Reads a course's figures per day, week or month, with the intervals of `getHistory`. The cost depends on the number
   * of sessions.
   *
   * @example
   * const { items } = await stats.getCourseActivity({ courseId, interval: 'week', timeZone: 'Europe/London' });
   * for (const { start, activeLearners } of items) console.log(start, activeLearners);
   *
   * @throws {StatsError} `course-not-found`, `total-out-of-range`; `invalid-request` if there are too many intervals
   */
  getCourseActivity(call: CourseCall & IntervalQuery): Promise<CourseActivity>;

  /**
   * Records a session exactly once. Scores are rounded half up to 4 decimals; `timeStudied` is in
   * milliseconds. Recording the same session again changes nothing and returns `replayed`. `completedAt` is
   * compared only if it is sent.
   *
   * @example
   * const { outcome, session } = await stats.recordSession({
   *   userId,
   *   courseId,
   *   session: { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000 },
   * });
   * console.log(outcome, session.sessionId);
   *
   * @throws {StatsError} `course-not-found`; `session-conflict` if the session exists with other content;
   *   `total-out-of-range` if the learner's totals could no longer be exact
   */
  recordSession(
    call: LearnerCall & { readonly session: NewSession },
  ): Promise<{ outcome: 'recorded' | 'replayed'; session: Session }>;

  /**
   * Records up to 1,000 sessions of any learners and courses, each exactly once, in one or more transactions.
   * The results have the order of the sessions. A session that fails does not fail the others. If the
   * database or server becomes unavailable, all sessions that were not recorded fail with the same error.
   *
   * @example
   * const results = await stats.recordSessions({
   *   sessions: [{ userId, courseId, totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000 }],
   * });
   * for (const result of results) console.log(result.outcome);
   *
   * @throws {StatsError} `invalid-request` if there are more than 1,000; `overloaded` if 20 other calls are in flight
   */
  recordSessions(call: { readonly sessions: readonly LearnerSession[] }): Promise<readonly RecordResult[]>;

  /**
   * Records a session or replaces its content; lifetime stats follow in the same transaction. A replaced
   * session keeps its `completedAt` unless another is sent.
   *
   * @throws {StatsError} `course-not-found`, `total-out-of-range`
   */
  putSession(
    call: SessionKey & { readonly session: SessionContent },
  ): Promise<{ outcome: 'recorded' | 'replaced'; session: Session }>;

  /** @throws {StatsError} `course-not-found`, `session-not-found` */
  getSession(call: SessionKey): Promise<Session>;

  /**
   * Deletes a session; lifetime stats follow in the same transaction.
   *
   * @throws {StatsError} `course-not-found`, `session-not-found`
   */
  deleteSession(call: SessionKey): Promise<void>;

  /**
   * Lists a learner's sessions in a course, newest first.
   *
   * @throws {StatsError} `course-not-found`
   */
  listSessions(call: LearnerCall & SessionRange & PageRequest): Promise<Page<Session>>;

  /**
   * Reads the sum of a learner's sessions in a course; the cost does not depend on their number. Without
   * sessions: zeros and nulls.
   *
   * @example
   * const { averageScore, timeStudied } = await stats.getStats({ userId, courseId });
   * console.log(averageScore ?? 'no modules yet', `${timeStudied / 60_000} minutes`);
   *
   * @throws {StatsError} `course-not-found`
   */
  getStats(call: LearnerCall): Promise<LifetimeStats>;

  /**
   * Reads a learner's stats in a course per day, week (from Monday; the default) or month of an IANA time zone (default:
   * UTC), oldest first, empty intervals included: from the first session to the last, or from `from` to `to`,
   * at most 1,000 intervals. Only sessions within `from` and `to` count.
   *
   * @example
   * const { items } = await stats.getHistory({ userId, courseId, interval: 'week', timeZone: 'Europe/London' });
   * for (const { start, timeStudied } of items) console.log(start, `${timeStudied / 60_000} minutes`);
   *
   * @throws {StatsError} `course-not-found`; `invalid-request` if there are too many intervals
   */
  getHistory(call: LearnerCall & IntervalQuery): Promise<History>;

  /**
   * Reads the days on which a learner has studied, across all courses, and the streaks. A day starts at `dayStart`
   * (`00:00`, the default, to `06:00`) of an IANA time zone (default: UTC). A streak is a run of days with a session;
   * the current one ends today or yesterday. Streaks and `activeDays` are of all time. `from` and `to` limit the items,
   * to at most 1,000 days; by default they are of the last 371 days. Days after today do not count yet.
   *
   * @example
   * const { currentStreak, items } = await stats.getLearnerActivity({ userId, timeZone: 'Europe/London' });
   * console.log(`${currentStreak} days in a row`);
   * for (const { date, timeStudied } of items) console.log(date, `${timeStudied / 60_000} minutes`);
   *
   * @throws {StatsError} `invalid-request` if there are too many days between `from` and `to`
   */
  getLearnerActivity(
    call: UserCall &
      SessionRange & { readonly timeZone?: string | undefined; readonly dayStart?: string | undefined },
  ): Promise<LearnerActivity>;

  /** Lists the lifetime stats of every course that a learner has studied, by course name. */
  listStudiedCourses(call: UserCall & PageRequest): Promise<Page<StudiedCourse>>;

  /**
   * Erases all data of a learner. A session that is recorded at the same time is either erased with the rest
   * or recorded afterwards, never in part.
   */
  eraseUser(call: UserCall): Promise<{ sessionsDeleted: number }>;
}

/** The same calls for arguments of unknown type, such as parsed JSON. They are validated in the same way. */
export type Untyped<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (call: never) => infer Result
    ? (call: unknown) => Result
    : never;
};

/** Lifetime stats on a database or on a server, until it is closed. */
export interface Stats extends StatsCalls, AsyncDisposable {
  readonly untyped: Untyped<StatsCalls>;

  /**
   * Resolves if calls can be served now: the database is reachable, and its schema has everything that this
   * program needs. A newer release may have extended it.
   *
   * @throws {StatsError} `database-unavailable`, `database-unusable`, `database-read-only`, `schema-outdated`, `schema-newer`,
   *   `server-unavailable`, `server-incompatible`
   */
  ready(): Promise<void>;

  /** Waits for the calls in flight, then closes all connections and files. */
  close(): Promise<void>;
}

/** Lifetime stats on a database, with its API keys, which a server does not offer. */
export interface DatabaseStats extends Stats {
  readonly keys: ApiKeys;
}

/** The applied and the pending migrations of a database. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}
