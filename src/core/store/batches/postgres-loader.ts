import { finished } from 'node:stream/promises';
import type { CopyStreamQuery } from 'pg-copy-streams';
import type { DriverQuery } from '../named-statements.js';
import { COPY_COLUMNS } from './copy-row.js';
import type { LoadingStatements } from './loading-statements.js';
import type { PackedCandidates } from './packed-candidates.js';
import { shareArrays } from './packed-shares.js';

/** https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-BINARY-FORMAT, without flags and extensions. */
const HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);

/** Begins the transaction too: one way there and back. */
const BEGIN_COPY = `begin; copy study_sessions (${COPY_COLUMNS.join(', ')}) from stdin (format binary)`;

/** A connection as the driver has it. */
interface Client {
  query(query: DriverQuery): Promise<unknown>;
  query(copy: CopyStreamQuery): CopyStreamQuery;
}

type Work = (client: Client) => Promise<void>;

interface PostgresLoaderOptions {
  readonly compile: () => LoadingStatements;
  /** Runs the work on a connection, and where it fails what undoes it. */
  readonly use: (work: Work, undo: Work) => Promise<void>;
  /** Milliseconds after which a connection that says nothing is lost. */
  readonly timeout: number;
}

/** Brings sessions in by `COPY`, which does not ask what is there, and what they add up to by two statements. */
export class PostgresLoader {
  readonly #options: PostgresLoaderOptions;
  #compiled: LoadingStatements | undefined;

  constructor(options: PostgresLoaderOptions) {
    this.#options = options;
  }

  /** Sessions, then totals, then modules, each in the order of their keys, as every command takes them. */
  load(candidates: PackedCandidates, positions: readonly number[]): Promise<void> {
    const rows = Buffer.concat([HEADER, ...positions.map((each) => candidates.rowAt(each)), TRAILER]);
    const { totals, modules } = shareArrays(candidates, positions);
    const { addTotals, addModules } = (this.#compiled ??= this.#options.compile());
    return this.#options.use(
      async (client) => {
        await this.#copy(client, rows);
        await this.#run(client, addTotals.text, addTotals.bind(totals), 'add_totals');
        await this.#run(client, addModules.text, addModules.bind(modules), 'add_modules');
        await this.#run(client, 'commit');
      },
      (client) => this.#run(client, 'rollback'),
    );
  }

  async #copy(client: Client, rows: Buffer): Promise<void> {
    const { from } = await import('pg-copy-streams');
    const copy = client.query(Object.assign(from(BEGIN_COPY), { query_timeout: this.#options.timeout }));
    copy.end(rows);
    await finished(copy);
  }

  async #run(client: Client, text: string, values: unknown[] = [], name?: string): Promise<void> {
    await client.query({ text, values, name, query_timeout: this.#options.timeout });
  }
}
