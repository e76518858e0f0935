import type { IntervalName } from '../../core/index.js';
import { intervalsBetween } from '../../core/model/intervals.js';
import { toInstant } from '../../core/model/time.js';
import { toLocalDate } from './dates.js';

export interface Point {
  readonly date: Date;
  readonly value: number | null;
  /** Why the value is not that of a whole interval, such as `this week so far`; `undefined` if it is. */
  readonly incomplete: string | undefined;
}

/** The values of one measure per interval. */
export interface Series {
  readonly interval: IntervalName;
  readonly timeZone: string;
  readonly points: readonly Point[];
}

export interface SeriesInput {
  readonly interval: IntervalName;
  readonly timeZone: string;
  /** `start` is RFC 3339 with the offset of the zone. */
  readonly items: readonly { readonly start: string; readonly value: number | null }[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function toSeries({ interval, timeZone, items, from, to, now }: SeriesInput): Series {
  const startOf = (time: string) => {
    const range = { start: time, end: toInstant(Date.parse(time) + 1) };
    return intervalsBetween(interval, timeZone, range)[0]?.label ?? '';
  };
  const current = startOf(toInstant(now));
  // The intervals that begin before `from` or end after `to`.
  const clipped = new Set(
    [from, to].flatMap((time) => {
      if (time === undefined) return [];
      const start = startOf(time);
      return Date.parse(start) < Date.parse(time) ? start : [];
    }),
  );
  const incompleteness = (start: string) => {
    if (start === current) return interval === 'day' ? 'today so far' : `this ${interval} so far`;
    if (Date.parse(start) > now) return 'still to come';
    return clipped.has(start) ? `part of the ${interval}` : undefined;
  };
  const points = items.map(({ start, value }) => ({
    date: toLocalDate(start),
    value,
    incomplete: incompleteness(start),
  }));
  return { interval, timeZone, points };
}
