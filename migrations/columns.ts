import { sql, type CreateTableBuilder, type Kysely } from 'kysely';

/** A database of unknown tables: a migration must not depend on the current ones. */
export type AnyDatabase = Kysely<object>;

export type DialectName = 'sqlite' | 'postgres';

/** The column type of each kind of value on each database. */
const TYPES = {
  sqlite: {
    /** The 16 bytes of a UUID. */
    id: sql`blob`,
    /** Milliseconds since 1970. */
    instant: sql`integer`,
    integer: sql`integer`,
    bigint: sql`integer`,
    text: sql`text`,
  },
  postgres: {
    id: sql`uuid`,
    instant: sql`timestamptz(3)`,
    integer: sql`integer`,
    bigint: sql`bigint`,
    // Ordered by code points, as SQLite does, whatever the locale of the database.
    text: sql`text collate "C"`,
  },
} as const;

export type ColumnTypes = (typeof TYPES)[DialectName];

export function columnTypes(dialect: DialectName): ColumnTypes {
  return TYPES[dialect];
}

/** Creates a table with its own columns and those that every table has. Statements set these; there are no triggers. */
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
