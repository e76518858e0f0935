import type BetterSqlite from 'better-sqlite3';
import { nearestQuotient } from '../../model/lifetime.js';

/** Adds the functions that SQLite lacks. Only statements of this program use them, never the schema. */
export function addFunctions(connection: BetterSqlite.Database): void {
  connection.function(
    'nearest_quotient',
    { deterministic: true, safeIntegers: true },
    (dividend: bigint, divisor: bigint, scale: bigint) => nearestQuotient(dividend, divisor * scale),
  );
}
