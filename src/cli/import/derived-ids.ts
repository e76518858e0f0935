import type BetterSqlite from 'better-sqlite3';
import { isSameFile, withoutLinks } from '../database-files.js';
import { UsageError } from '../errors.js';
import { csvCell } from '../export/format.js';
import { openOutput } from '../export/output.js';
import type { Io } from '../io.js';
import type { IdKind } from './readers/fields.js';
import { openTemporaryDatabase } from './temporary-database.js';

/** Rows per write. Each has at most the text of a line. */
const PAGE = 100;

interface DerivedIdsOptions {
  /** The path of the CSV file. */
  readonly file: string;
  /** The imported files, which must not be overwritten. `-` is stdin. */
  readonly sources: readonly (string | undefined)[];
  readonly rejects: string | undefined;
}

type Row = readonly [kind: string, given: string, id: string];

/** Collects the ids that were derived from texts, and writes each once to a CSV file. */
export class DerivedIds implements Disposable {
  readonly #output: Awaited<ReturnType<typeof openOutput>>;
  readonly #database: BetterSqlite.Database;
  readonly #insert: BetterSqlite.Statement<[...Row]>;
  readonly #next: BetterSqlite.Statement<[...Row], Row>;

  private constructor(output: Awaited<ReturnType<typeof openOutput>>) {
    this.#output = output;
    this.#database = openTemporaryDatabase();
    this.#database.exec(
      'create table ids (kind text, given text, id text, primary key (kind, given, id)) without rowid; begin',
    );
    this.#insert = this.#database.prepare('insert or ignore into ids values (?, ?, ?)');
    this.#next = this.#database
      .prepare<[...Row], Row>(
        `select * from ids where (kind, given, id) > (?, ?, ?) order by kind, given, id limit ${PAGE}`,
      )
      .raw();
  }

  /** @throws {UsageError} if the file is imported, or has the rejected lines */
  static async open(io: Io, { file, sources, rejects }: DerivedIdsOptions): Promise<DerivedIds> {
    if ((await Promise.all(sources.map((source) => isSameFile(file, source)))).includes(true)) {
      throw new UsageError(`--ids ${file} would overwrite the imported file; name another file`);
    }
    // The files need not exist yet.
    if (rejects !== undefined && (await withoutLinks(file)) === (await withoutLinks(rejects))) {
      throw new UsageError(`--ids and --rejects both name ${file}; name two files`);
    }
    return new DerivedIds(await openOutput(io, file));
  }

  /** Ignores an id of the file, which was not derived. */
  readonly add = (kind: IdKind, given: string, id: string): void => {
    if (given.toLowerCase() === id) return;
    try {
      this.#insert.run(kind, given, id);
    } catch (error) {
      const message = 'The ids for --ids cannot be kept in a temporary file; free some space, or set TMPDIR.';
      throw new Error(message, { cause: error });
    }
  };

  async write(): Promise<void> {
    await this.#output.write(this.#lines());
  }

  async *#lines(): AsyncGenerator<string> {
    yield 'kind,given,id\n';
    let last: Row = ['', '', ''];
    // An iterator would be open if an interruption closes the database.
    for (let rows = this.#next.all(...last); rows.length > 0; rows = this.#next.all(...last)) {
      yield rows.map(([kind, given, id]) => `${kind},${csvCell(given)},${id}\n`).join('');
      last = rows.at(-1) ?? last;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
