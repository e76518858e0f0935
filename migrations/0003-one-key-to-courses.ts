import type { Migration } from './migration.js';

const TABLES = ['study_sessions', 'studied_modules'] as const;

/**
 * Whose sessions and modules are there has totals in the same course, written in the same transaction, and these
 * refer to it; what others have taken the totals from, `verify` tells. A key of each session's own made Postgres
 * look for the course and lock its row with every session: a fifth of its work in an import, and one row that
 * everyone who records in a course wants. SQLite looks it up in a page that is in memory, and would have to copy the
 * table to forget it.
 */
export const oneKeyToCourses: Migration = {
  name: '0003-one-key-to-courses',
  isBreaking: false,

  async up(db, dialect) {
    if (dialect === 'sqlite') return;
    for (const table of TABLES) {
      await db.schema.alterTable(table).dropConstraint(`${table}_course_id_fkey`).execute();
    }
  },

  async down(db, dialect) {
    if (dialect === 'sqlite') return;
    for (const table of TABLES) {
      await db.schema
        .alterTable(table)
        .addForeignKeyConstraint(`${table}_course_id_fkey`, ['course_id'], 'courses', ['course_id'])
        .execute();
    }
  },
};
