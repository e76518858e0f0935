import { sql, type CreateTableBuilder, type Kysely } from 'kysely';

/** A database whose tables are not known: a migration must not depend on those of today. */
export type AnyDatabase = Kysely<object>;

export type DialectName = 'sqlite' | 'postgres';

/** How each kind of value is typed on each database, so that no table types it otherwise. */
const TYPES = {
  sqlite: {
    id: sql`text`,
    instant: sql`text`,
    integer: sql`integer`,
    bigint: sql`integer`,
    name: sql`text`,
  },
  postgres: {
    id: sql`uuid`,
    instant: sql`timestamptz(3)`,
    integer: sql`integer`,
    bigint: sql`bigint`,
    // Ordered by code points, as SQLite does, whatever the locale of the database.
    name: sql`text collate "C"`,
  },
} as const;

export type ColumnTypes = (typeof TYPES)[DialectName];

export function columnTypes(dialect: DialectName): ColumnTypes {
  return TYPES[dialect];
}

/**
 * Creates a table: its own columns, then those that every table has. Statements set the latter: there are no
 * triggers.
 */
export async function createTable<Name extends string, Columns extends string>(
  db: AnyDatabase,
  dialect: DialectName,
  name: Name,
  addColumns: (table: CreateTableBuilder<Name>) => CreateTableBuilder<Name, Columns>,
): Promise<void> {
  const { instant } = TYPES[dialect];
  const table = addColumns(db.schema.createTable(name))
    .addColumn('created_at', instant, (column) => column.notNull())
    .addColumn('updated_at', instant, (column) => column.notNull());
  // Strict tables refuse a value of another type; without rowid, rows lie in the order of the primary key.
  await (dialect === 'sqlite' ? table.modifyEnd(sql`strict, without rowid`) : table).execute();
}
