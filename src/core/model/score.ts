import * as z from 'zod';
import { grouped, rule } from './validation.js';

export const MAX_SCORE = 1_000_000;
const DECIMALS = 4;
/** Scores are stored and summed as integers of 1/10,000, so that sums are exact. */
export const UNITS_PER_SCORE = 10 ** DECIMALS;

const error = rule(`must be a number from 0 to ${grouped(MAX_SCORE)}, or null`);

/** A score in a request, rounded to 4 decimals; `null` if the session has none. */
export const scoreSchema = z
  .number({ error })
  .min(0, { error })
  .max(MAX_SCORE, { error })
  .overwrite((score) => fromUnits(toUnits(score)))
  .nullable();

/**
 * Converts a score to an integer of 1/10,000, rounding its shortest decimal text half up. As a binary
 * fraction, 1.00005 is slightly less, but the caller meant the decimal.
 */
export function toUnits(score: number): number {
  // Fast path: a score of at most 4 decimals equals its units divided by 10,000.
  const nearest = Math.round(score * UNITS_PER_SCORE);
  if (nearest > 0 && fromUnits(nearest) === score) return nearest;
  const [digits = '', exponent = '0'] = String(score).split('e');
  const [whole = '', fraction = ''] = digits.split('.');
  // The position of the decimal point after multiplying by 10,000.
  const point = whole.length + Number(exponent) + DECIMALS;
  const text = `${whole}${fraction}`;
  if (point < 0) return 0;
  const integerPart = text.slice(0, point).padEnd(point, '0');
  const roundUp = text.charAt(point) >= '5';
  return Number(integerPart) + (roundUp ? 1 : 0);
}

export function fromUnits(units: number): number {
  return units / UNITS_PER_SCORE;
}
