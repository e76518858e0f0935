import { sql, type CreateTableBuilder, type Kysely } from 'kysely';

/** Has no table types, because a migration must not depend on the current schema. */
export type AnyDatabase = Kysely<object>;

export type DialectName = 'sqlite' | 'postgres';

const TYPES = {
  sqlite: {
    /** The 16 bytes of a UUID. */
    id: sql`blob`,
    /** Milliseconds since 1970. */
    instant: sql`integer`,
    integer: sql`integer`,
    bigint: sql`integer`,
    text: sql`text`,
    bytes: sql`blob`,
  },
  postgres: {
    id: sql`uuid`,
    instant: sql`timestamptz(3)`,
    integer: sql`integer`,
    bigint: sql`bigint`,
    // Sorts by code points like SQLite, whatever the locale of the database.
    text: sql`text collate "C"`,
    bytes: sql`bytea`,
  },
} as const;

export type ColumnTypes = (typeof TYPES)[DialectName];

export function columnTypes(dialect: DialectName): ColumnTypes {
  return TYPES[dialect];
}

/** Creates a table and adds `created_at` and `updated_at`, which statements set, not triggers. */
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
  // Strict tables reject values of another type. Without rowid, rows are stored in primary key order.
  await (dialect === 'sqlite' ? table.modifyEnd(sql`strict, without rowid`) : table).execute();
}
