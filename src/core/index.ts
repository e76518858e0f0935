/**
 * Records study sessions exactly once and serves exact lifetime statistics.
 *
 * - A **learner** is known only by a `userId`.
 * - A **session** is one finished study session of a learner in a course.
 * - **Lifetime stats** are the sums of a learner's sessions in a course.
 *
 * @module
 */
export { openMigrator, openStats, type Migrator, type StatsConfig } from './open.js';
export { diagnose } from './maintenance/doctor.js';
export {
  openLegacy,
  type Legacy,
  type LegacyCourse,
  type LegacySession,
} from './maintenance/legacy-source.js';
export { verify, type Verification, type VerifyConfig } from './maintenance/verify.js';
export { backUp, type BackupConfig } from './maintenance/backup.js';
export { purgeCourse, type PurgeConfig, type PurgedCourse } from './maintenance/purge-course.js';
export { exportEnrolments, exportSessions, type ExportConfig } from './maintenance/export.js';
export { sessionChecker } from './model/calls.js';
export {
  ROSTER_SORTS,
  SORT_ORDERS,
  type CourseLearner,
  type Roster,
  type RosterQuery,
  type RosterRow,
  type RosterSort,
  type SortOrder,
} from './model/roster.js';
export {
  DEFAULT_INACTIVE_AFTER,
  inactiveBefore,
  inactiveSince,
  STATUSES,
  type LearnerStatus,
  type StatusRule,
} from './model/course-status.js';
export { MAX_MIN_LEARNERS, type CourseSummary, type Quartiles } from './model/course-summary.js';
export type { CourseActivity, CourseActivityItem } from './model/course-activity.js';
export { csvCell, csvHeader, csvLine } from './model/csv.js';
export { CSV_LISTS } from './model/csv-lists.js';
export { BYTE_ORDER_MARK, spreadsheetCell } from './model/spreadsheet.js';
export { assertDatabaseUrl, describeDatabase, sqlitePath } from './model/database-url.js';
export type {
  DatabaseStats,
  CourseCall,
  IntervalQuery,
  LearnerCall,
  LearnerKey,
  LearnerSession,
  MigrationStatus,
  PageRequest,
  RecordResult,
  SessionKey,
  Stats,
  StatsCalls,
  UserCall,
  Untyped,
} from './api.js';
export {
  describeValue,
  ERRORS,
  sessionConflict,
  StatsError,
  type ErrorCode,
  type ErrorKind,
  type Fault,
} from './errors.js';
export {
  hashSecret,
  isScope,
  parseApiKey,
  SCOPES,
  type ApiKey,
  type ApiKeys,
  type NewApiKey,
  type Scope,
  type StoredApiKey,
} from './model/api-key.js';
export { shareOf } from './model/scale.js';
export { MAX_SCORE } from './model/score.js';
export { MAX_TIME_STUDIED, type ExportedSession, type ExportFilter } from './model/session.js';
export { MAX_COURSE_NAME, type Course, type CourseContent, type NewCourse } from './model/course.js';
export type { Enrolment, EnrolmentContent, EnrolmentFilter, ExportedEnrolment } from './model/enrolment.js';
export {
  deriveId,
  ID_NAMESPACE,
  isId,
  toCourseId,
  toSessionId,
  toUserId,
  type CourseId,
  type SessionId,
  type UserId,
} from './model/ids.js';
export type { History, HistoryItem, IntervalName } from './model/history.js';
export type { ActivityDay, LearnerActivity } from './model/learner-activity.js';
export type { LifetimeStats, StudiedCourse } from './model/lifetime.js';
export { isModuleId, MODULE_SEPARATOR, type Progress } from './model/modules.js';
export type {
  Difference,
  Finding,
  ModuleDifference,
  RuleViolation,
  TotalsDifference,
} from './model/checks.js';
export type { Page } from './model/pagination.js';
export { repeatedKey } from './model/repeated-keys.js';
export type { NewSession, Session, SessionContent, SessionRange } from './model/session.js';
export { toMilliseconds, type Clock } from './model/time.js';
export { openTemporaryDatabase } from './store/temporary.js';
export type { TemporaryDatabase, TemporaryQuery, TemporaryStatement } from './store/sqlite/temporary.js';
export type { Activity, Observer, QueueName } from './observer.js';
