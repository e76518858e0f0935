import type BetterSqlite from 'better-sqlite3';
import type { SqliteStatement } from 'kysely';
import { codedColumns, decodeRow, type CodedColumns } from './values.js';

/** Decodes the ids and times of result rows. */
export class DecodingStatement implements SqliteStatement {
  readonly #statement: BetterSqlite.Statement<unknown[], Record<string, unknown>>;
  readonly #columns: CodedColumns;

  constructor(statement: BetterSqlite.Statement<unknown[], Record<string, unknown>>) {
    this.#statement = statement;
    this.#columns = codedColumns(statement);
  }

  get reader(): boolean {
    return this.#statement.reader;
  }

  all(parameters: readonly unknown[]): unknown[] {
    const rows = this.#statement.all(...parameters);
    for (const row of rows) decodeRow(row, this.#columns);
    return rows;
  }

  run(parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    return this.#statement.run(...parameters);
  }

  *iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    for (const row of this.#statement.iterate(...parameters)) {
      decodeRow(row, this.#columns);
      yield row;
    }
  }
}
