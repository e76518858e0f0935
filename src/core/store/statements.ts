import { sql, type CompiledQuery, type RawBuilder } from 'kysely';
import type { ColumnType } from './rows.js';
import type { StoreContext } from './store.js';

/** Binds a value according to its column type. */
export function bindValue(context: StoreContext, type: ColumnType, value: unknown): RawBuilder<unknown> {
  if (typeof value !== 'string' || type === 'text') return sql`${value}`;
  return type === 'id' ? context.id(value) : context.instant(value);
}

/** Column names, separated by commas. */
export function columnList(names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map((name) => sql.ref(name)));
}

/** A placeholder for a value that is known only when the statement runs. */
class Parameter<Name> {
  readonly name: Name;

  constructor(name: Name) {
    this.name = name;
  }
}

/** A query that is compiled once and executed with different values. */
export interface Statement<Values> {
  readonly text: string;
  /** The names of the values, in the order of the statement's parameters. */
  readonly names: readonly (keyof Values)[];
}

/** Compiles a query in which `value(name)` is a placeholder. */
export function compileStatement<Values extends object>(
  build: (value: <Name extends keyof Values>(name: Name) => RawBuilder<Values[Name]>) => CompiledQuery,
): Statement<Values> {
  const { sql: text, parameters } = build((name) => sql`${new Parameter(name)}`);
  const names = parameters.map((parameter) => {
    if (!isParameter<Values>(parameter))
      throw new TypeError('A prepared statement has a constant parameter.');
    return parameter.name;
  });
  return { text, names };
}

function isParameter<Values>(parameter: unknown): parameter is Parameter<keyof Values> {
  return parameter instanceof Parameter;
}
