import type BetterSqlite from 'better-sqlite3';
import { sql, type CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import type { Delta } from '../deltas.js';
import {
  CONTENT_COLUMNS,
  MODULE_COLUMNS,
  MODULE_TYPES,
  SESSION_COLUMNS,
  SESSION_KEY,
  SESSION_TYPES,
  STATS_COLUMNS,
  STATS_TYPES,
  type ColumnType,
  type LearnerRow,
  type SessionRow,
} from '../rows.js';
import type { Schema, StudiedModulesTable } from '../schema.js';
import { insertSessions } from '../sql/sessions.js';
import { mergeModules, mergeStats } from '../sql/rollups.js';
import { selectStats, type StatsRow } from '../sql/stats.js';
import { compileStatement } from '../statements.js';
import { codedColumns, decodeRow, encodeInstant, type CodedColumns } from './values.js';

/** A prepared statement with named values. Ids are encoded in SQL, times in this class. */
class Prepared<Values extends object, Row extends object = never> {
  readonly #statement: BetterSqlite.Statement<unknown[], Row & Record<string, unknown>>;
  readonly #encoders: readonly ((values: Values) => unknown)[];
  readonly #columns: CodedColumns;

  constructor(
    connection: BetterSqlite.Database,
    types: Readonly<Record<keyof Values, ColumnType>>,
    build: (value: (name: keyof Values) => RawBuilder<unknown>) => CompiledQuery,
  ) {
    const { text, names } = compileStatement<Values>((value) =>
      build((name) => (types[name] === 'id' ? encodeId(value(name)) : value(name))),
    );
    this.#statement = connection.prepare(text);
    this.#encoders = names.map((name) => encoderOf(name, types[name]));
    this.#columns = codedColumns(this.#statement);
  }

  /** Returns the number of changed rows. */
  run(values: Values): number {
    return this.#statement.run(this.#encode(values)).changes;
  }

  get(values: Values): Row | undefined {
    const row = this.#statement.get(this.#encode(values));
    if (row) decodeRow(row, this.#columns);
    return row;
  }

  #encode(values: Values): unknown[] {
    const encoded: unknown[] = [];
    for (const encode of this.#encoders) encoded.push(encode(values));
    return encoded;
  }
}

function encoderOf<Values extends object>(name: keyof Values, type: ColumnType): (values: Values) => unknown {
  return type === 'instant' ? (values) => encodeInstant(String(values[name])) : (values) => values[name];
}

export type SqliteStatements = ReturnType<typeof prepareStatements>;

type KeyRow = Pick<SessionRow, (typeof SESSION_KEY)[number]>;
type ContentRow = Pick<SessionRow, (typeof CONTENT_COLUMNS)[number]>;
type StatsValues = Pick<Delta, (typeof STATS_COLUMNS)[number]>;

/** The statements of the hot paths. */
export function prepareStatements(connection: BetterSqlite.Database, kysely: Kysely<Schema>) {
  return {
    insertSession: new Prepared<SessionRow>(connection, SESSION_TYPES, (value) =>
      insertSessions(sql`select ${sql.join(SESSION_COLUMNS.map(value))}
        where exists (select 1 from courses where course_id = ${value('course_id')})`).compile(kysely),
    ),
    mergeStats: new Prepared<StatsValues>(connection, STATS_TYPES, (value) =>
      mergeStats(sql`values (${sql.join(STATS_COLUMNS.map(value))})`).compile(kysely),
    ),
    mergeModules: new Prepared<StudiedModulesTable>(connection, MODULE_TYPES, (value) =>
      mergeModules(sql`values (${sql.join(MODULE_COLUMNS.map(value))})`).compile(kysely),
    ),
    findContent: new Prepared<KeyRow, ContentRow>(connection, SESSION_TYPES, (value) =>
      SESSION_KEY.reduce(
        (query, name) => query.where(sql<boolean>`${sql.ref(name)} = ${value(name)}`),
        kysely.selectFrom('study_sessions').select(CONTENT_COLUMNS),
      ).compile(),
    ),
    findStats: new Prepared<LearnerRow, StatsRow>(connection, SESSION_TYPES, (value) => {
      const learner = sql<LearnerRow>`(
        select ${value('user_id')} as user_id, ${value('course_id')} as course_id)`;
      return selectStats(kysely, learner.as('learner')).compile();
    }),
  };
}

/** An id is bound as text, which is faster than binding bytes. */
export function encodeId<Id>(id: RawBuilder<Id>): RawBuilder<Id> {
  return sql`unhex(${id}, '-')`;
}
