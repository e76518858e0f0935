import { invalidRequest } from './faults.js';
import type { IntervalName, Stretch } from './history.js';
import { grouped } from './rules.js';
import { toInstant } from './time.js';
import { ZoneDays } from './zone-days.js';

const MAX_INTERVALS = 1000;
const DAY = 24 * 60 * 60 * 1000;
/** RFC 3339 writes no year after 9999. */
const AFTER_LAST_DATE = Date.UTC(10_000, 0, 1);

interface Interval extends Stretch {
  /** When the whole interval begins, with the zone's offset. */
  readonly label: string;
}

/**
 * The days, weeks (from Monday) or months of a time zone that a stretch of time touches, each cut to it. A day
 * runs from its first midnight to the next day's first, and has the hours that it has there; one that the zone
 * has skipped is left out. The last begins in the year 9999 of the zone.
 *
 * @throws {StatsError} `invalid-request` if there are more than 1,000
 */
export function intervalsBetween(
  name: IntervalName,
  timeZone: string,
  stretch: Stretch | undefined,
): Interval[] {
  if (!stretch) return [];
  const begin = Date.parse(stretch.start);
  const end = Date.parse(stretch.end);
  const days = new ZoneDays(timeZone, begin);
  const intervals: Interval[] = [];
  let date = firstDate(name, days.dateOf(begin));
  let first = days.startOf(date);
  let start = stretch.start;
  while (first.time < end && date < AFTER_LAST_DATE) {
    date = nextDate(name, date);
    const next = days.startOf(date);
    const isTouched = next.time > begin;
    const isSkipped = next.time === first.time;
    if (isTouched && !isSkipped) {
      const stop = next.time < end ? toInstant(next.time) : stretch.end;
      intervals.push({ label: first.label, start, end: stop });
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
  const detail = `must make at most ${grouped(MAX_INTERVALS)} ${name}s of the time asked for: shorten it, or take longer intervals`;
  return invalidRequest([{ parameter: 'interval', detail }]);
}
