import type { IntervalName } from '../../core/index.js';
import { intervalsBetween } from '../../core/model/intervals.js';
import { toInstant } from '../../core/model/time.js';
import { dateOf } from './dates.js';

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
  // The intervals that begin before `from` or end after `to`. A range that ends later than now does not cut the current one.
  const clipped = new Set(
    [from, to !== undefined && Date.parse(to) < now ? to : undefined].flatMap((time) => {
      if (time === undefined) return [];
      const start = startOf(time);
      return Date.parse(start) < Date.parse(time) ? start : [];
    }),
  );
  const incompleteness = (start: string) => {
    if (Date.parse(start) > now) return 'still to come';
    if (clipped.has(start)) return `part of the ${interval}`;
    if (start !== current) return undefined;
    return interval === 'day' ? 'today so far' : `this ${interval} so far`;
  };
  const points = items.map(({ start, value }) => ({
    date: dateOf(start),
    value,
    incomplete: incompleteness(start),
  }));
  return { interval, timeZone, points };
}
