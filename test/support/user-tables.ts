import assert from 'node:assert/strict';
import * as z from 'zod';
import type { DialectName } from '../../migrations/columns.js';
import { runSql } from './sql.js';

/** Queries the catalog, so that new tables are included. */
const TABLES: Readonly<Record<DialectName, string>> = {
  sqlite: `
    select tables.name as "table" from sqlite_schema as tables, pragma_table_info(tables.name) as columns
    where tables.type = 'table' and columns.name = 'user_id' order by 1`,
  postgres: `
    select table_name as "table" from information_schema.columns
    where table_schema = 'public' and column_name = 'user_id' order by 1`,
};

const tablesSchema = z.array(z.strictObject({ table: z.string() }));
const rowsSchema = z.array(z.record(z.string(), z.unknown()));

export async function rowsOf(
  dialect: DialectName,
  url: string,
  userId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = tablesSchema.parse(await runSql(url, TABLES[dialect]));
  assert.ok(tables.length >= 3);
  const rows = new Map<string, string[]>();
  for (const { table } of tables) {
    const found = rowsSchema.parse(await runSql(url, `select * from ${table} where user_id = '${userId}'`));
    rows.set(table, found.map((row) => JSON.stringify(row)).toSorted());
  }
  return rows;
}
