import { sql, type Selectable } from 'kysely';
import type { SessionKey } from '../api.js';
import type { Course } from '../model/course.js';
import type { Sums, Totals } from '../model/lifetime.js';
import { MODULE_SEPARATOR } from '../model/modules.js';
import { fromUnits, toUnits } from '../model/score.js';
import type { ExportedSession, Session, SessionContent } from '../model/session.js';
import type { CoursesTable, CourseStatsTable, StudiedModulesTable, StudySessionsTable } from './schema.js';

/** The type of a column, from which each database derives how it stores and binds values. */
export type ColumnType = 'id' | 'instant' | 'integer' | 'bigint' | 'text';

export type CourseRow = Selectable<CoursesTable>;
export type CourseWithModules = CourseRow & Pick<SessionRow, 'module_ids'>;
export type SessionRow = Selectable<StudySessionsTable>;
export type LearnerRow = Pick<SessionRow, 'user_id' | 'course_id'>;

/** The columns of each table; statements, arrays and rows derive from these. */
export const SESSION_TYPES = {
  user_id: 'id',
  course_id: 'id',
  session_id: 'id',
  total_modules_studied: 'integer',
  time_studied: 'integer',
  average_score_units: 'bigint',
  completed_at: 'instant',
  module_ids: 'text',
  created_at: 'instant',
  updated_at: 'instant',
} as const satisfies Record<keyof SessionRow, ColumnType>;

export const STATS_TYPES = {
  user_id: 'id',
  course_id: 'id',
  session_count: 'bigint',
  total_modules_studied: 'bigint',
  scored_modules: 'bigint',
  weighted_score_units: 'bigint',
  time_studied: 'bigint',
  first_completed_at: 'instant',
  last_completed_at: 'instant',
  created_at: 'instant',
  updated_at: 'instant',
} as const satisfies Record<keyof CourseStatsTable, ColumnType>;

export const MODULE_TYPES = {
  user_id: 'id',
  course_id: 'id',
  module_id: 'text',
  session_count: 'bigint',
  created_at: 'instant',
  updated_at: 'instant',
} as const satisfies Record<keyof StudiedModulesTable, ColumnType>;

/** Used instead of `select *`, whose result would change when a newer release adds a column. */
export const SESSION_COLUMNS = columnsOf(SESSION_TYPES);
export const STATS_COLUMNS = columnsOf(STATS_TYPES);
export const MODULE_COLUMNS = columnsOf(MODULE_TYPES);
export const COURSE_COLUMNS = ['course_id', 'name', 'created_at', 'updated_at'] as const;
export const LEARNER_KEY = ['user_id', 'course_id'] as const;
export const SESSION_KEY = [...LEARNER_KEY, 'session_id'] as const;
/** The columns of a session without its key, because reading ids from SQLite is slow. */
export const CONTENT_COLUMNS = SESSION_COLUMNS.filter(
  (name): name is keyof Omit<SessionRow, (typeof SESSION_KEY)[number]> =>
    !SESSION_KEY.some((key) => key === name),
);

export const SUM_COLUMNS = [
  'session_count',
  'total_modules_studied',
  'scored_modules',
  'weighted_score_units',
  'time_studied',
] as const;

/** The columns of a rollup that derive from sessions. */
export const TOTALS_COLUMNS = [...SUM_COLUMNS, 'first_completed_at', 'last_completed_at'] as const;

/** The totals to select; the only integer that may exceed 2^53 is read as text. */
export const SELECTED_TOTALS = TOTALS_COLUMNS.map((name) =>
  name === 'weighted_score_units'
    ? sql<string>`cast(course_stats.weighted_score_units as text)`.as(name)
    : (`course_stats.${name}` as const),
);

export type TotalsRow = Omit<
  Pick<Selectable<CourseStatsTable>, (typeof TOTALS_COLUMNS)[number]>,
  'weighted_score_units'
> & { weighted_score_units: string };
/** The totals of a left join, whose columns are all `null` without a rollup. */
export type NullableTotalsRow = { readonly [Name in keyof TotalsRow]: TotalsRow[Name] | null };
export type SumsRow = Pick<TotalsRow, (typeof SUM_COLUMNS)[number]>;

function columnsOf<Name extends string>(types: Readonly<Record<Name, ColumnType>>): readonly Name[] {
  return Object.keys(types).filter((name): name is Name => name in types);
}

export function toCourse(row: CourseWithModules): Course {
  return {
    courseId: row.course_id,
    name: row.name,
    moduleIds: moduleIdsOf(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toSession(row: SessionRow): Session {
  return {
    sessionId: row.session_id,
    courseId: row.course_id,
    ...toContent(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toExportedSession(row: Omit<SessionRow, 'created_at' | 'updated_at'>): ExportedSession {
  return {
    userId: row.user_id,
    courseId: row.course_id,
    sessionId: row.session_id,
    ...toContent(row),
  };
}

function toContent(row: Omit<SessionRow, 'created_at' | 'updated_at'>) {
  return {
    totalModulesStudied: row.total_modules_studied,
    averageScore: row.average_score_units === null ? null : fromUnits(row.average_score_units),
    timeStudied: row.time_studied,
    completedAt: row.completed_at,
    moduleIds: moduleIdsOf(row),
  };
}

export function toSessionRow(key: SessionKey, content: SessionContent, now: string): SessionRow {
  return {
    user_id: key.userId,
    course_id: key.courseId,
    session_id: key.sessionId,
    total_modules_studied: content.totalModulesStudied,
    time_studied: content.timeStudied,
    average_score_units: content.averageScore === null ? null : toUnits(content.averageScore),
    completed_at: content.completedAt ?? now,
    module_ids: joinModuleIds(content.moduleIds),
    created_at: now,
    updated_at: now,
  };
}

export function joinModuleIds(moduleIds: readonly string[] = []): string {
  return moduleIds.join(MODULE_SEPARATOR);
}

export function moduleIdsOf({ module_ids }: Pick<SessionRow, 'module_ids'>): string[] {
  return module_ids === '' ? [] : module_ids.split(MODULE_SEPARATOR);
}

export function toSums(row: SumsRow): Sums {
  return {
    sessionCount: row.session_count,
    totalModulesStudied: row.total_modules_studied,
    scoredModules: row.scored_modules,
    weightedScoreUnits: BigInt(row.weighted_score_units),
    timeStudied: row.time_studied,
  };
}

export function toTotals(row: TotalsRow): Totals {
  return {
    ...toSums(row),
    firstCompletedAt: row.first_completed_at,
    lastCompletedAt: row.last_completed_at,
  };
}

export function hasTotals<Row extends NullableTotalsRow>(row: Row): row is Row & TotalsRow {
  return row.session_count !== null;
}

/** True if the content is equal. A defaulted `completed_at` differs each time and is not compared. */
export function isReplay(stored: SessionRow, sent: SessionRow, completionSent: boolean): boolean {
  return (
    stored.total_modules_studied === sent.total_modules_studied &&
    stored.average_score_units === sent.average_score_units &&
    stored.time_studied === sent.time_studied &&
    stored.module_ids === sent.module_ids &&
    (!completionSent || stored.completed_at === sent.completed_at)
  );
}
