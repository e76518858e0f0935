import BetterSqlite from 'better-sqlite3';
import { StatsError } from '../../errors.js';
import { findAddon } from './addon.js';
import { explainSqlite, sqliteFault } from './errors.js';

/** KiB of page cache, which also bounds the memory of a sort. */
const CACHE = 16_000;

export interface TemporaryStatement {
  /** Returns the number of changed rows. */
  run(...values: readonly unknown[]): number;
}

export interface TemporaryQuery<Row extends object> {
  get(...values: readonly unknown[]): Row | undefined;
  iterate(...values: readonly unknown[]): IterableIterator<Row>;
}

/**
 * A private database for sorting more data than fits in memory. SQLite creates its file in `TMPDIR` when the pages
 * exceed the cache. The file has no name, so that other users cannot read it and a crash leaves nothing behind.
 */
export class TemporaryDatabase implements Disposable {
  readonly #connection: BetterSqlite.Database;

  constructor() {
    const addon = findAddon();
    this.#connection = withExplainedErrors(
      () => new BetterSqlite('', addon === undefined ? {} : { nativeBinding: addon }),
    );
    // The content has no use after a crash, so there is no journal.
    this.execute(
      `pragma cache_size = -${CACHE}; pragma temp_store = file; pragma journal_mode = off; pragma synchronous = off`,
    );
  }

  /** Runs statements that have no values. */
  execute(sql: string): void {
    withExplainedErrors(() => this.#connection.exec(sql));
  }

  /** Prepares a statement that returns no rows. */
  prepare(sql: string): TemporaryStatement {
    const statement = withExplainedErrors(() => this.#connection.prepare(sql));
    return { run: (...values) => withExplainedErrors(() => statement.run(values)).changes };
  }

  /** Prepares a statement that returns rows. No other statement may write while they are iterated. */
  query<Row extends object>(sql: string): TemporaryQuery<Row> {
    const statement = withExplainedErrors(() => this.#connection.prepare<unknown[], Row>(sql));
    return {
      get: (...values) => withExplainedErrors(() => statement.get(values)),
      *iterate(...values) {
        const rows = withExplainedErrors(() => statement.iterate(values));
        const next = () => withExplainedErrors(() => rows.next());
        try {
          for (let row = next(); !row.done; row = next()) yield row.value;
        } finally {
          rows.return?.();
        }
      },
    };
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

function withExplainedErrors<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (sqliteFault(error) === undefined) throw error;
    const advice = `${explainSqlite(error)} TMPDIR can name another directory for temporary files.`;
    throw new StatsError('database-unusable', `The temporary database cannot be used. ${advice}`, {
      cause: error,
    });
  }
}
