import { CompiledQuery, sql, type Kysely } from 'kysely';
import type { LearnerKey } from '../../api.js';
import { mergeStudiedModules } from '../commands/studied-modules.js';
import { insertSessions } from '../commands/sessions.js';
import { mergeTotals, totalsOf } from '../commands/totals.js';
import type { LearnerShare } from '../learner-shares.js';
import { MODULE_COUNTS, selectTotals, type LearnerColumns, type StatsRow } from '../queries/stats.js';
import { SESSION_COLUMNS, type SessionRow } from '../rows.js';
import type { Schema } from '../schema.js';
import { compileStatement, type Statement } from '../statement.js';

/** A connection that answers at once. */
interface SyncConnection {
  prepare<Row>(text: string): SyncStatement<Row>;
}

interface SyncStatement<Row> {
  run(parameters: readonly unknown[]): { readonly changes: number };
  get(parameters: readonly unknown[]): Row | undefined;
}

/** A prepared statement that takes its values by name. */
class Prepared<Values, Row = never> {
  readonly #statement: SyncStatement<Row>;
  readonly #bind: Statement<Values>['bind'];

  constructor(connection: SyncConnection, { text, bind }: Statement<Values>) {
    this.#statement = connection.prepare(text);
    this.#bind = bind;
  }

  /** How many rows it changed. */
  run(values: Values): number {
    return this.#statement.run(this.#bind(values)).changes;
  }

  get(values: Values): Row | undefined {
    return this.#statement.get(this.#bind(values));
  }
}

export type SqliteStatements = ReturnType<typeof prepareStatements>;

/** How many sessions of a learner studied a module. */
type ModuleShare = Pick<LearnerShare, 'user_id' | 'course_id' | 'session_count' | 'updated_at'> & {
  readonly module_id: string;
};

type Key = Pick<SessionRow, 'user_id' | 'course_id' | 'session_id'>;

export function prepareStatements(connection: SyncConnection, kysely: Kysely<Schema>) {
  const plain = (text: string) =>
    new Prepared(
      connection,
      compileStatement<object>(() => CompiledQuery.raw(text)),
    );
  return {
    begin: plain('begin'),
    beginImmediate: plain('begin immediate'),
    commit: plain('commit'),
    rollback: plain('rollback'),
    dataVersion: new Prepared<object, { data_version: number }>(
      connection,
      compileStatement<object>(() => CompiledQuery.raw('pragma data_version')),
    ),
    insertSession: new Prepared(
      connection,
      compileStatement<SessionRow>((value) => {
        const columns = SESSION_COLUMNS.map((name) => value(name));
        return insertSessions(sql`values (${sql.join(columns)})`).compile(kysely);
      }),
    ),
    addToTotals: new Prepared(
      connection,
      compileStatement<LearnerShare>((value) => mergeTotals(totalsOf(value)).compile(kysely)),
    ),
    addModule: new Prepared(
      connection,
      compileStatement<ModuleShare>((value) =>
        mergeStudiedModules(
          sql`values (${value('user_id')}, ${value('course_id')}, ${value('module_id')}, ${value('session_count')}, ${value('updated_at')}, ${value('updated_at')})`,
        ).compile(kysely),
      ),
    ),
    findSession: new Prepared<Key, SessionRow>(
      connection,
      compileStatement<Key>((value) =>
        kysely
          .selectFrom('study_sessions')
          .select(SESSION_COLUMNS)
          .where('user_id', '=', value('user_id'))
          .where('course_id', '=', value('course_id'))
          .where('session_id', '=', value('session_id'))
          .compile(),
      ),
    ),
    findStats: new Prepared<LearnerKey, StatsRow>(
      connection,
      compileStatement<LearnerKey>((value) =>
        selectTotals(
          kysely,
          sql<LearnerColumns>`(select ${value('userId')} as user_id, ${value('courseId')} as course_id)`.as(
            'learner',
          ),
        )
          .select(MODULE_COUNTS)
          .compile(),
      ),
    ),
  };
}
