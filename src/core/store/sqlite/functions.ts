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
  // Called indirectly, because the types of the package allow one argument only.
  Reflect.apply(connection.aggregate.bind(connection), undefined, ['interval_sums', INTERVAL_SUMS]);
}
