import { sql, type Kysely, type RawBuilder } from 'kysely';
import { mergeStudiedModules } from '../commands/studied-modules.js';
import { mergeTotals } from '../commands/totals.js';
import type { Schema } from '../schema.js';
import { compileStatement } from '../statement.js';
import type { Arrays } from './postgres-arrays.js';

/** What is sent of each row, and as what. */
const TOTALS = [
  ['user_id', 'uuid'],
  ['course_id', 'uuid'],
  ['session_count', 'bigint'],
  ['total_modules_studied', 'bigint'],
  ['weighted_score_units', 'bigint'],
  ['time_studied', 'bigint'],
  ['first_completed_at', 'timestamptz'],
  ['last_completed_at', 'timestamptz'],
  ['updated_at', 'timestamptz'],
] as const;
const MODULES = [
  ['user_id', 'uuid'],
  ['course_id', 'uuid'],
  ['module_id', 'text'],
  ['session_count', 'bigint'],
  ['updated_at', 'timestamptz'],
] as const;

export type TotalsArrays = Arrays<(typeof TOTALS)[number][0]>;
export type ModulesArrays = Arrays<(typeof MODULES)[number][0]>;

export type LoadingStatements = ReturnType<typeof compileLoadingStatements>;

/** What adds sums to those that are there, in the order in which they are sent. */
export function compileLoadingStatements(kysely: Kysely<Schema>) {
  return {
    addTotals: compileStatement<TotalsArrays>((value) =>
      mergeTotals(sentRows(TOTALS, value)).compile(kysely),
    ),
    addModules: compileStatement<ModulesArrays>((value) =>
      mergeStudiedModules(sentRows(MODULES, value)).compile(kysely),
    ),
  };
}

/** Rows to be merged; one that is not there yet is created at the time of its update, which therefore comes twice. */
function sentRows<Name extends string>(
  columns: readonly (readonly [name: Name, type: string])[],
  value: (name: Name) => RawBuilder<unknown>,
): RawBuilder<unknown> {
  const names = columns.map(([name]) => sql.ref(name));
  const arrays = columns.map(([name, type]) => sql`cast(${value(name)} as ${sql.raw(type)}[])`);
  return sql`select ${sql.join([...names, sql.ref('updated_at')])}
    from unnest(${sql.join(arrays)}) as sent(${sql.join(names)})`;
}
