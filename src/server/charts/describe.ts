import type { IntervalName } from '../../core/index.js';
import { formatDate, formatRange } from './dates.js';
import type { Measure } from './measures.js';
import type { Point, Series } from './series.js';

/** The numbers of a chart, as it shows them. */
export interface ValueTable {
  readonly heading: readonly [interval: string, measure: string];
  readonly rows: readonly (readonly [interval: string, value: string])[];
}

/** The text alternative of a chart. */
export interface Description {
  readonly heading: string;
  /** The intervals. Empty without intervals. */
  readonly range: string;
  /** Says what the chart shows. */
  readonly sentence: string;
  readonly table: ValueTable;
}

const LABELS: Readonly<Record<IntervalName, string>> = { day: 'Day', week: 'Week from', month: 'Month' };

export function describeSeries(series: Series, measure: Measure): Description {
  const { interval, points } = series;
  const heading = `${measure.name} per ${interval}`;
  const [first, last] = [points[0], points.at(-1)];
  const range = first && last ? formatRange(first.date, last.date, interval) : '';
  const subject = range ? `${heading}, ${range}` : heading;
  return {
    heading,
    range,
    sentence: `${subject}: ${isEmpty(series, measure) ? lowerFirst(measure.none) : extent(series, measure)}.`,
    table: {
      heading: [LABELS[interval], measure.name],
      rows: points.map(({ date, value, incomplete }) => [
        formatDate(date, interval) + (incomplete === undefined ? '' : ` (${incomplete})`),
        value === null ? 'none' : measure.format(value),
      ]),
    },
  };
}

/** True if there is nothing to draw. A score of 0 is a value, a bar of 0 is not. */
export function isEmpty({ points }: Series, { kind }: Measure): boolean {
  return points.every(({ value }) => value === null || (kind === 'bars' && value === 0));
}

/** Says how large the values are. An interval that is not whole is named apart: it would only look like a decline. */
function extent({ interval, points }: Series, { format }: Measure): string {
  const whole = points.filter(({ incomplete }) => incomplete === undefined);
  const last = whole.at(-1);
  const values = valuesOf(whole);
  if (!last || values.length === 0) {
    const rest = points.findLast(({ value }) => value !== null);
    return `${format(rest?.value ?? 0)}, ${rest?.incomplete}`;
  }
  const [low, high] = [format(Math.min(...values)), format(Math.max(...values))];
  const current = points.at(-1);
  const isBegun = current !== last && current?.value;
  const rest = isBegun ? `; ${current.incomplete}: ${format(current.value)}` : '';
  if (whole.length === 1)
    return points.length === 1 ? high : `${high} in the only complete ${interval}${rest}`;
  if (low === high && last.value !== null) return `always ${low}${rest}`;
  const size = low === high ? `always ${low}` : `between ${low} and ${high}`;
  return `${size}, ${last.value === null ? 'none' : format(last.value)} in the last complete ${interval}${rest}`;
}

export function valuesOf(points: readonly Point[]): number[] {
  return points.flatMap(({ value }) => value ?? []);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
