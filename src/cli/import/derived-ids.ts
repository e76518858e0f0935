import {
  csvCell,
  openTemporaryDatabase,
  type TemporaryDatabase,
  type TemporaryQuery,
  type TemporaryStatement,
} from '../../core/index.js';
import { withoutLinks } from '../database-files.js';
import { UsageError } from '../errors.js';
import { openOutput } from '../export/output.js';
import type { Io } from '../io.js';
import type { IdKind } from './readers/fields.js';
import { assertNotImported } from './readers/source.js';

/** Rows per write. Each has at most the text of a line. */
const PAGE = 100;

interface DerivedIdsOptions {
  /** The path of the CSV file. */
  readonly file: string;
  /** The imported files, which must not be overwritten. `-` is stdin. */
  readonly sources: readonly (string | undefined)[];
  readonly rejects: string | undefined;
}

interface Row {
  readonly kind: string;
  readonly given: string;
  readonly id: string;
}

/** Collects the ids that were derived from texts, and writes each once to a CSV file. */
export class DerivedIds implements Disposable {
  readonly #output: Awaited<ReturnType<typeof openOutput>>;
  readonly #database: TemporaryDatabase;
  readonly #insert: TemporaryStatement;
  readonly #next: TemporaryQuery<Row>;

  private constructor(output: Awaited<ReturnType<typeof openOutput>>, database: TemporaryDatabase) {
    this.#output = output;
    this.#database = database;
    database.execute(
      'create table ids (kind text, given text, id text, primary key (kind, given, id)) without rowid; begin',
    );
    this.#insert = database.prepare('insert or ignore into ids values (?, ?, ?)');
    this.#next = database.query(
      `select * from ids where (kind, given, id) > (?, ?, ?) order by kind, given, id limit ${PAGE}`,
    );
  }

  /** @throws {UsageError} if the file is imported, or has the rejected lines */
  static async open(io: Io, { file, sources, rejects }: DerivedIdsOptions): Promise<DerivedIds> {
    await assertNotImported('--ids', file, sources);
    // The files need not exist yet.
    if (rejects !== undefined && (await withoutLinks(file)) === (await withoutLinks(rejects))) {
      throw new UsageError(`--ids and --rejects both name ${file}; name two files`);
    }
    return new DerivedIds(await openOutput(io, file), await openTemporaryDatabase());
  }

  /** Ignores an id of the file, which was not derived. */
  readonly add = (kind: IdKind, given: string, id: string): void => {
    if (given.toLowerCase() !== id) this.#insert.run(kind, given, id);
  };

  async write(): Promise<void> {
    await this.#output.write(this.#lines());
  }

  async *#lines(): AsyncGenerator<string> {
    yield 'kind,given,id\n';
    let last: Row = { kind: '', given: '', id: '' };
    const nextRows = () => Array.from(this.#next.iterate(last.kind, last.given, last.id));
    // An iterator would be open if an interruption closes the database.
    for (let rows = nextRows(); rows.length > 0; rows = nextRows()) {
      yield rows.map(({ kind, given, id }) => `${kind},${csvCell(given)},${id}\n`).join('');
      last = rows.at(-1) ?? last;
    }
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}
