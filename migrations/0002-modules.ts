import { sql } from 'kysely';
import { columnTypes, createTable } from './columns.js';
import type { Migration } from './migration.js';

/**
 * The modules that a session studied stand in its own row, sorted and joined by `;`, which no id contains: a
 * session stays one row to write, compare and read. How many sessions studied a module is kept beside it, so
 * that progress never reads the history.
 */
export const modules: Migration = {
  name: '0002-modules',
  // It would record sessions without their modules.
  isBreaking: true,

  async up(db, dialect) {
    const { id, bigint, name } = columnTypes(dialect);

    await db.schema
      .alterTable('study_sessions')
      .addColumn('module_ids', name, (column) => column.notNull().defaultTo(''))
      .execute();

    await createTable(db, dialect, 'course_modules', (table) =>
      table
        .addColumn('course_id', id, (column) => column.notNull().references('courses.course_id'))
        .addColumn('module_id', name, (column) => column.notNull())
        .addPrimaryKeyConstraint('course_modules_pkey', ['course_id', 'module_id']),
    );

    await createTable(db, dialect, 'studied_modules', (table) =>
      table
        .addColumn('user_id', id, (column) => column.notNull())
        .addColumn('course_id', id, (column) => column.notNull().references('courses.course_id'))
        .addColumn('module_id', name, (column) => column.notNull())
        .addColumn('session_count', bigint, (column) => column.notNull().check(sql`session_count >= 0`))
        .addPrimaryKeyConstraint('studied_modules_pkey', ['user_id', 'course_id', 'module_id']),
    );
  },

  async down(db) {
    await db.schema.dropTable('studied_modules').execute();
    await db.schema.dropTable('course_modules').execute();
    await db.schema.alterTable('study_sessions').dropColumn('module_ids').execute();
  },
};
