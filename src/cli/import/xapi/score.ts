import { withValue } from '../../errors.js';
import type { LineFault } from '../readers/entry.js';
import type { RawStatement } from './schema.js';

type RawScore = NonNullable<NonNullable<RawStatement['result']>['score']>;

/**
 * Returns a score in percent; `null` if there is none. A score whose maximum is not above its minimum is none: some
 * platforms send it for content that has nothing to score.
 */
export function percentageOf({ scaled, raw, min, max }: Partial<RawScore>): number | null | LineFault {
  if (scaled !== undefined && scaled !== null) {
    if (Math.abs(scaled) <= 1) return scaled * 100;
    return { field: 'result.score.scaled', detail: withValue(scaled, 'must be from -1 to 1') };
  }
  if (raw === undefined || raw === null) return null;
  if (max === undefined || max === null) return raw;
  const low = min ?? 0;
  return max > low ? ((raw - low) / (max - low)) * 100 : null;
}

/** Returns the mean of scores, without the floating-point errors that would round it to other decimals. */
export function meanOf(sum: number, count: number): number {
  return Number((sum / count).toFixed(9));
}
