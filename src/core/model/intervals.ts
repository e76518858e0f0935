import type { IntervalName, TimeRange } from './history.js';
import { grouped, invalidRequest } from './validation.js';
import { DAY, toInstant } from './time.js';
import { toLabel, ZoneDays } from './zone-days.js';

const MAX_INTERVALS = 1000;
/** RFC 3339 has no years after 9999. */
const AFTER_LAST_DATE = Date.UTC(10_000, 0, 1);

export interface Interval extends TimeRange {
  /** The start of the whole interval, with the zone's offset. */
  readonly label: string;
}

/**
 * Returns the days, weeks (from Monday) or months of a time zone that overlap a time range, each clipped to
 * the range. A day lasts from its first midnight to the first midnight of the next day. Days that the zone
 * skips are omitted.
 *
 * @throws {StatsError} `invalid-request` if there are more than 1,000
 */
export function intervalsBetween(
  name: IntervalName,
  timeZone: string,
  range: TimeRange | undefined,
): Interval[] {
  if (!range) return [];
  const begin = Date.parse(range.start);
  const end = Date.parse(range.end);
  const days = new ZoneDays(timeZone, begin);
  const intervals: Interval[] = [];
  let date = firstDate(name, days.dateOf(begin));
  let first = days.startOf(date);
  let start = range.start;
  while (first.time < end && date < AFTER_LAST_DATE) {
    date = nextDate(name, date);
    const next = days.startOf(date);
    const isTouched = next.time > begin;
    const isSkipped = next.time === first.time;
    if (isTouched && !isSkipped) {
      const stop = next.time < end ? toInstant(next.time) : range.end;
      intervals.push({ label: toLabel(first), start, end: stop });
      start = stop;
    }
    if (intervals.length > MAX_INTERVALS) throw tooMany(name);
    first = next;
  }
  return intervals;
}

function firstDate(name: IntervalName, date: number): number {
  if (name === 'day') return date;
  const day = new Date(date);
  if (name === 'month') return date - (day.getUTCDate() - 1) * DAY;
  const sinceMonday = (day.getUTCDay() + 6) % 7;
  return date - sinceMonday * DAY;
}

function nextDate(name: IntervalName, date: number): number {
  if (name === 'day') return date + DAY;
  if (name === 'week') return date + 7 * DAY;
  const day = new Date(date);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
}

function tooMany(name: IntervalName) {
  const detail = `must divide the requested time into at most ${grouped(MAX_INTERVALS)} ${name}s: choose a shorter time or longer intervals`;
  return invalidRequest([{ parameter: 'interval', detail }]);
}
