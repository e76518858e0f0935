import { sql, type AliasedRawBuilder, type Kysely } from 'kysely';
import type { CourseId, UserId } from '../../model/ids.js';
import type { Totals } from '../../model/lifetime.js';
import type { ModuleCounts } from '../../model/modules.js';
import { toTotals, TOTALS_COLUMNS, type TotalsRow } from '../rows.js';
import type { Schema } from '../schema.js';

const studied = sql<number>`(
  select count(*) from studied_modules
  where studied_modules.user_id = course_stats.user_id
    and studied_modules.course_id = course_stats.course_id)`;

const declared = sql<number>`(
  select count(*) from course_modules
  where course_modules.course_id = courses.course_id)`;

const studiedOfDeclared = sql<number>`(
  select count(*) from course_modules
  join studied_modules on studied_modules.course_id = course_modules.course_id
    and studied_modules.module_id = course_modules.module_id
  where studied_modules.user_id = course_stats.user_id
    and course_modules.course_id = course_stats.course_id)`;

export const MODULE_COUNTS = [
  studied.as('studied'),
  declared.as('declared'),
  studiedOfDeclared.as('studiedOfDeclared'),
] as const;

/** A learner in a course that exists; without sessions there are no totals. */
export interface LearnerStats {
  readonly totals: Totals | undefined;
  readonly modules: ModuleCounts;
}

export interface LearnerColumns {
  readonly user_id: UserId;
  readonly course_id: CourseId;
}

/** Without the course nothing is known, without sessions no totals. */
export type StatsRow = { readonly [Name in keyof TotalsRow]: TotalsRow[Name] | null } & ModuleCounts & {
    readonly known_course_id: CourseId | null;
  };

/**
 * The totals of learners, one row for each by its primary key, so that they cost the same however long the
 * history. The counts of modules, by the first columns of indexes, join them in the same statement: the numbers
 * belong together.
 */
export function selectTotals(kysely: Kysely<Schema>, learners: AliasedRawBuilder<LearnerColumns, 'learner'>) {
  return kysely
    .selectFrom(learners)
    .leftJoin('courses', 'courses.course_id', 'learner.course_id')
    .leftJoin('course_stats', (join) =>
      join
        .onRef('course_stats.user_id', '=', 'learner.user_id')
        .onRef('course_stats.course_id', '=', 'learner.course_id'),
    )
    .select(['courses.course_id as known_course_id', ...TOTALS_COLUMNS]);
}

export function toLearnerStats(row: StatsRow): LearnerStats | 'course-not-found' {
  if (row.known_course_id === null) return 'course-not-found';
  return { totals: hasTotals(row) ? toTotals(row) : undefined, modules: row };
}

function hasTotals(row: StatsRow): row is StatsRow & TotalsRow {
  return row.session_count !== null;
}
