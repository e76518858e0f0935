import { sql } from 'kysely';
import { columnTypes, createTable } from './columns.js';
import type { Migration } from './migration.js';

const NOT_NEGATIVE = sql<boolean>`total_modules_studied >= 0 and scored_modules >= 0
  and weighted_score_units >= 0 and time_studied >= 0`;
/** A JSON number is exact up to 2^53 - 1. A larger total is rejected, not rounded. */
const EXACT = sql<boolean>`total_modules_studied <= 9007199254740991 and time_studied <= 9007199254740991`;

/**
 * The primary key of every table with learner data begins with `user_id`, and no other column is unique
 * across users, so that the schema can be sharded by user.
 */
export const initial: Migration = {
  name: '0001-initial',
  isBreaking: true,

  async up(db, dialect) {
    const { id, instant, integer, bigint, text, bytes } = columnTypes(dialect);

    await createTable(db, dialect, 'courses', (table) =>
      table
        .addColumn('course_id', id, (column) => column.primaryKey().notNull())
        .addColumn('name', text, (column) => column.notNull()),
    );
    // A partial index is not a key for Postgres. An update of a key column would take a lock that conflicts
    // with the foreign keys of all sessions being recorded in the course.
    await db.schema
      .createIndex('courses_by_name')
      .unique()
      .on('courses')
      .column('name')
      .where(sql.ref('name'), 'is not', null)
      .execute();

    await createTable(db, dialect, 'course_modules', (table) =>
      table
        .addColumn('course_id', id, (column) => column.notNull().references('courses.course_id'))
        .addColumn('module_id', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('course_modules_pkey', ['course_id', 'module_id']),
    );

    // Only the rollup row, which the same transaction writes, references the course: further foreign keys would
    // lock the course row for every session on Postgres, and scan all sessions to delete a course on SQLite.
    // The column order avoids padding on Postgres. The module ids are sorted and joined by `;`, which is not
    // allowed in an id.
    await createTable(db, dialect, 'study_sessions', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) => column.notNull())
        .addColumn('session_id', id, (column) => column.notNull())
        .addColumn('total_modules_studied', integer, (column) =>
          column.notNull().check(sql`total_modules_studied >= 0`),
        )
        .addColumn('time_studied', integer, (column) => column.notNull().check(sql`time_studied >= 0`))
        .addColumn('average_score_units', bigint, (column) => column.check(sql`average_score_units >= 0`))
        .addColumn('completed_at', instant, (column) => column.notNull())
        .addColumn('module_ids', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('study_sessions_pkey', ['user_id', 'course_id', 'session_id']),
    );
    await db.schema
      .createIndex('study_sessions_by_completion')
      .on('study_sessions')
      .columns(['user_id', 'course_id', 'completed_at'])
      .execute();

    await createTable(db, dialect, 'course_stats', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) => column.notNull().references('courses.course_id'))
        .addColumn('session_count', bigint, (column) => column.notNull().check(sql`session_count > 0`))
        .addColumn('total_modules_studied', bigint, (column) => column.notNull())
        .addColumn('scored_modules', bigint, (column) => column.notNull())
        .addColumn('weighted_score_units', bigint, (column) => column.notNull())
        .addColumn('time_studied', bigint, (column) => column.notNull())
        .addColumn('first_completed_at', instant, (column) => column.notNull())
        .addColumn('last_completed_at', instant, (column) => column.notNull())
        .addPrimaryKeyConstraint('course_stats_pkey', ['user_id', 'course_id'])
        .addCheckConstraint('course_stats_totals_are_not_negative', NOT_NEGATIVE)
        .addCheckConstraint('course_stats_totals_are_exact', EXACT),
    );
    // For all learners of a course. Neither column changes, so recording updates the rollup without writing it.
    await db.schema
      .createIndex('course_stats_by_course')
      .on('course_stats')
      .columns(['course_id', 'user_id'])
      .execute();

    await createTable(db, dialect, 'studied_modules', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) => column.notNull())
        .addColumn('module_id', text, (column) => column.notNull())
        .addColumn('session_count', bigint, (column) => column.notNull().check(sql`session_count >= 0`))
        .addPrimaryKeyConstraint('studied_modules_pkey', ['user_id', 'course_id', 'module_id']),
    );

    // `created_at` is the time of enrolment. `folded_name` is the display name as it is sorted and searched.
    // Groups are sorted and joined by `;`, which is not allowed in a name.
    await createTable(db, dialect, 'enrolments', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) =>
          column.notNull().references('courses.course_id').onDelete('cascade'),
        )
        .addColumn('display_name', text)
        .addColumn('folded_name', text)
        .addColumn('group_names', text, (column) => column.notNull())
        .addPrimaryKeyConstraint('enrolments_pkey', ['user_id', 'course_id']),
    );
    await db.schema
      .createIndex('enrolments_by_course')
      .on('enrolments')
      .columns(['course_id', 'user_id'])
      .execute();

    // Scopes and course ids are sorted and joined by `;`. The courses are not references: if a deleted course left
    // the list, a key could come to have no limit. `null` is no limit.
    await createTable(db, dialect, 'api_keys', (table) =>
      table
        .addColumn('key_id', text, (column) => column.primaryKey().notNull())
        .addColumn('name', text, (column) => column.notNull())
        .addColumn('secret_hash', bytes, (column) => column.notNull().check(sql`length(secret_hash) = 32`))
        .addColumn('scopes', text, (column) => column.notNull())
        .addColumn('course_ids', text)
        .addColumn('expires_at', instant)
        .addColumn('last_used_at', instant)
        .addColumn('revoked_at', instant),
    );

    // Free space on each page allows HOT updates of a rollup: they write no index, and the next update prunes
    // the old row version without vacuum.
    if (dialect === 'postgres') {
      for (const table of ['course_stats', 'studied_modules']) {
        await sql`alter table ${sql.table(table)} set (fillfactor = 80)`.execute(db);
      }
    }

    // Only SQLite needs them: Postgres prints ids and times as text.
    if (dialect === 'sqlite') for (const view of READABLE_VIEWS) await view.execute(db);
  },

  async down(db, dialect) {
    if (dialect === 'sqlite') {
      for (const name of ['readable_enrolments', 'readable_sessions', 'readable_stats', 'readable_courses']) {
        await db.schema.dropView(name).execute();
      }
    }
    const tables = [
      'api_keys',
      'enrolments',
      'studied_modules',
      'course_stats',
      'study_sessions',
      'course_modules',
      'courses',
    ];
    for (const table of tables) {
      await db.schema.dropTable(table).execute();
    }
  },
};

/** Views for other SQL tools, with ids and times as text and scores as numbers. */
const READABLE_VIEWS = [
  sql`create view readable_courses as
    select ${readableId('course_id')}, name, ${readableInstant('created_at')}, ${readableInstant('updated_at')}
    from courses`,
  sql`create view readable_sessions as
    select ${readableId('user_id')}, ${readableId('course_id')}, ${readableId('session_id')},
      total_modules_studied, average_score_units / 10000.0 as average_score, time_studied,
      ${readableInstant('completed_at')}, module_ids, ${readableInstant('created_at')},
      ${readableInstant('updated_at')}
    from study_sessions`,
  sql`create view readable_stats as
    select ${readableId('user_id')}, ${readableId('course_id')}, session_count, total_modules_studied,
      weighted_score_units / (scored_modules * 10000.0) as average_score, time_studied,
      ${readableInstant('first_completed_at')}, ${readableInstant('last_completed_at')}
    from course_stats`,
  sql`create view readable_enrolments as
    select ${readableId('user_id')}, ${readableId('course_id')}, display_name, group_names,
      ${readableInstant('created_at')}, ${readableInstant('updated_at')}
    from enrolments`,
];

function readableId(column: string) {
  const digits = [
    [1, 8],
    [9, 4],
    [13, 4],
    [17, 4],
    [21, 12],
  ].map(([start, length]) => sql`substr(hex(${sql.ref(column)}), ${sql.lit(start)}, ${sql.lit(length)})`);
  return sql`lower(${sql.join(digits, sql` || '-' || `)}) as ${sql.ref(column)}`;
}

function readableInstant(column: string) {
  return sql`strftime('%Y-%m-%dT%H:%M:%fZ', ${sql.ref(column)} / 1000.0, 'unixepoch') as ${sql.ref(column)}`;
}
