import { sql } from 'kysely';
import { columnTypes, createTable } from './columns.js';
import type { Migration } from './migration.js';

const NOT_NEGATIVE = sql<boolean>`total_modules_studied >= 0 and weighted_score_units >= 0 and time_studied >= 0`;
/** A JSON number carries integers to 2^53 - 1 exactly. A total beyond it is refused, not rounded. */
const EXACT = sql<boolean>`total_modules_studied <= 9007199254740991 and time_studied <= 9007199254740991`;

/**
 * Every table of a user's data has a primary key that begins with `user_id`, and nothing unique across users,
 * so that the same schema shards by user.
 */
export const coursesAndSessions: Migration = {
  name: '0001-courses-and-sessions',
  isBreaking: true,

  async up(db, dialect) {
    const { id, instant, integer, bigint, name } = columnTypes(dialect);

    await createTable(db, dialect, 'courses', (table) =>
      table
        .addColumn('course_id', id, (column) => column.primaryKey().notNull())
        .addColumn('name', name, (column) => column.notNull()),
    );
    // A partial index is no key to Postgres: otherwise a new name would wait for every session that is being
    // recorded in the course, and they for it.
    await db.schema
      .createIndex('courses_by_name')
      .unique()
      .on('courses')
      .column('name')
      .where(sql.ref('name'), 'is not', null)
      .execute();

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
        .addColumn('total_modules_studied', bigint, (column) => column.notNull())
        .addColumn('weighted_score_units', bigint, (column) => column.notNull())
        .addColumn('time_studied', bigint, (column) => column.notNull())
        .addColumn('first_completed_at', instant, (column) => column.notNull())
        .addColumn('last_completed_at', instant, (column) => column.notNull())
        .addPrimaryKeyConstraint('course_stats_pkey', ['user_id', 'course_id'])
        .addCheckConstraint('course_stats_totals_are_not_negative', NOT_NEGATIVE)
        .addCheckConstraint('course_stats_totals_are_exact', EXACT),
    );
  },

  async down(db) {
    await db.schema.dropTable('course_stats').execute();
    await db.schema.dropTable('study_sessions').execute();
    await db.schema.dropTable('courses').execute();
  },
};
