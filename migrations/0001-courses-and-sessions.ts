import { sql } from 'kysely';
import { columnTypes, createTable } from './columns.js';
import type { Migration } from './migration.js';

/** The largest integer that a JSON number carries exactly: 2^53 - 1. A total beyond it is refused, not rounded. */
const MAX_TOTAL = sql.lit(Number.MAX_SAFE_INTEGER);

/**
 * Every table of a user's data has a primary key that begins with `user_id`, and nothing unique across users,
 * so that the same schema shards by user.
 */
export const coursesAndSessions: Migration = {
  name: '0001-courses-and-sessions',

  async up(db, dialect) {
    const { id, instant, integer, bigint, name } = columnTypes(dialect);

    await createTable(db, dialect, 'courses', (table) =>
      table
        .addColumn('course_id', id, (column) => column.primaryKey().notNull())
        .addColumn('name', name, (column) => column.notNull().unique()),
    );

    await createTable(db, dialect, 'study_sessions', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) => column.notNull().references('courses.course_id'))
        .addColumn('session_id', id, (column) => column.notNull())
        .addColumn('total_modules_studied', integer, (column) =>
          column.notNull().check(sql`total_modules_studied >= 0`),
        )
        .addColumn('average_score_units', bigint, (column) =>
          column.notNull().check(sql`average_score_units >= 0`),
        )
        .addColumn('time_studied', integer, (column) => column.notNull().check(sql`time_studied >= 0`))
        .addColumn('completed_at', instant, (column) => column.notNull())
        .addPrimaryKeyConstraint('study_sessions_pkey', ['user_id', 'course_id', 'session_id']),
    );

    await db.schema
      .createIndex('study_sessions_by_completion')
      .on('study_sessions')
      .columns(['user_id', 'course_id', 'completed_at', 'session_id'])
      .execute();

    await createTable(db, dialect, 'course_stats', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) => column.notNull().references('courses.course_id'))
        .addColumn('session_count', bigint, (column) => column.notNull().check(sql`session_count > 0`))
        .addColumn('total_modules_studied', bigint, (column) =>
          column.notNull().check(sql`total_modules_studied between 0 and ${MAX_TOTAL}`),
        )
        .addColumn('weighted_score_units', bigint, (column) =>
          column.notNull().check(sql`weighted_score_units >= 0`),
        )
        .addColumn('time_studied', bigint, (column) =>
          column.notNull().check(sql`time_studied between 0 and ${MAX_TOTAL}`),
        )
        .addColumn('first_completed_at', instant, (column) => column.notNull())
        .addColumn('last_completed_at', instant, (column) => column.notNull())
        .addPrimaryKeyConstraint('course_stats_pkey', ['user_id', 'course_id']),
    );
  },

  async down(db) {
    await db.schema.dropTable('course_stats').execute();
    await db.schema.dropTable('study_sessions').execute();
    await db.schema.dropTable('courses').execute();
  },
};
