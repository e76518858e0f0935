import { MAX_SCORE } from '../../../core/index.js';
import { withValue } from '../../errors.js';
import type { LineFault } from '../readers/entry.js';
import type { RawStatement } from './schema.js';

type RawScore = NonNullable<NonNullable<RawStatement['result']>['score']>;

/**
 * Returns a score in percent; `null` if there is none. A score whose maximum is not above its minimum is none: some
 * platforms send it for content that has nothing to score.
 */
export function percentageOf(score: Partial<RawScore>): number | null | LineFault {
  const { scaled, raw, min, max } = score;
  if (scaled !== undefined && scaled !== null) {
    return scaled >= 0 && scaled <= 1 ? scaled * 100 : fault('scaled', scaled, 'must be from 0 to 1');
  }
  if (raw === undefined || raw === null) return null;
  if (max === undefined || max === null) {
    const rule = `must be from 0 to ${MAX_SCORE.toLocaleString('en')}`;
    return raw >= 0 && raw <= MAX_SCORE ? raw : fault('raw', raw, rule);
  }
  const low = min ?? 0;
  if (max <= low) return null;
  const isInRange = raw >= low && raw <= max;
  return isInRange ? ((raw - low) / (max - low)) * 100 : fault('raw', raw, `must be from ${low} to ${max}`);
}

function fault(name: 'scaled' | 'raw', value: number, rule: string): LineFault {
  return { field: `result.score.${name}`, detail: withValue(value, rule) };
}

/** Returns the mean of scores, without the floating-point errors that would round it to other decimals. */
export function meanOf(sum: number, count: number): number {
  return Number((sum / count).toFixed(9));
}
