import type BetterSqlite from 'better-sqlite3';
import { nearestQuotient } from '../../model/quotient.js';
import { INTERVAL_SUMS } from './interval-sums.js';

/*
 * Functions that SQLite lacks. Only statements of this program use them, never the schema, so that other programs can
 * read the file.
 */

export function addFunctions(connection: BetterSqlite.Database): void {
  connection.function(
    'nearest_quotient',
    { deterministic: true, safeIntegers: true },
    (dividend: bigint, divisor: bigint, scale: bigint) => nearestQuotient(dividend, divisor * scale),
  );
  const aggregates = { quartiles: QUARTILES, module_counts: MODULE_COUNTS, interval_sums: INTERVAL_SUMS };
  for (const aggregate of Object.entries(aggregates)) {
    // Called indirectly, because the types of the package allow one argument only, of the type of the result.
    Reflect.apply(connection.aggregate.bind(connection), undefined, aggregate);
  }
}

/** The smallest number, the quartiles by nearest rank and the largest number as a JSON array; `null` without numbers. */
const QUARTILES = {
  start: () => [],
  step: (values: number[], value: number | null) => {
    if (value !== null) values.push(value);
  },
  result: (values: number[]) => {
    const sorted = Float64Array.from(values).toSorted();
    const at = (quantile: number) => sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1];
    return sorted.length === 0 ? null : JSON.stringify([0, 0.25, 0.5, 0.75, 1].map(at));
  },
};

type Counts = Map<string, number>;

/** The number of lists with each of the declared ids, as a JSON array of pairs. The separator joins lists. */
const MODULE_COUNTS = {
  start: () => null,
  step: (counts: Counts | null, separator: string, declared: string, list: string | null): Counts => {
    const next = counts ?? new Map(declared.split(separator).map((moduleId) => [moduleId, 0]));
    for (const moduleId of list?.split(separator) ?? []) {
      const count = next.get(moduleId);
      if (count !== undefined) next.set(moduleId, count + 1);
    }
    return next;
  },
  result: (counts: Counts | null) => JSON.stringify(Array.from(counts ?? [])),
};
