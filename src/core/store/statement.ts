import { sql, type CompiledQuery, type RawBuilder } from 'kysely';

/** Stands in a query for a value that is known only when the statement runs. */
class Parameter<Name> {
  readonly name: Name;

  constructor(name: Name) {
    this.name = name;
  }
}

/** A query that was built once, to run often with other values. */
export interface Statement<Values> {
  readonly text: string;
  /** The values in the order of the statement's parameters. */
  readonly bind: (values: Values) => unknown[];
}

/** Compiles a query whose values are left open: `value` stands for each of them. */
export function compileStatement<Values extends object>(
  build: (value: <Name extends keyof Values>(name: Name) => RawBuilder<Values[Name]>) => CompiledQuery,
): Statement<Values> {
  const { sql: text, parameters } = build((name) => sql`${new Parameter(name)}`);
  return {
    text,
    bind(values) {
      const bound: unknown[] = [];
      for (const given of parameters) bound.push(isParameter(values, given) ? values[given.name] : given);
      return bound;
    },
  };
}

function isParameter<Values extends object>(_: Values, given: unknown): given is Parameter<keyof Values> {
  return given instanceof Parameter;
}
