/** A private SQLite database for sorting more data than fits in memory. Closing it deletes the data. */
export interface TemporaryDatabase extends Disposable {
  /** Runs statements that have no values. */
  execute(sql: string): void;
  /** Prepares a statement that returns no rows. */
  prepare(sql: string): TemporaryStatement;
  /** Prepares a statement that returns rows. No other statement may write while they are iterated. */
  query<Row extends object>(sql: string): TemporaryQuery<Row>;
}

export interface TemporaryStatement {
  /** Returns the number of changed rows. */
  run(...values: readonly unknown[]): number;
}

export interface TemporaryQuery<Row extends object> {
  get(...values: readonly unknown[]): Row | undefined;
  iterate(...values: readonly unknown[]): IterableIterator<Row>;
}

/**
 * Opens a temporary database. It needs little memory and, for large data, space in the directory for temporary files
 * (`TMPDIR`). The file has no name, so that other users cannot read it and a crash leaves nothing behind.
 */
export async function openTemporaryDatabase(): Promise<TemporaryDatabase> {
  const { SqliteTemporaryDatabase } = await import('./sqlite/temporary.js');
  return new SqliteTemporaryDatabase();
}
