import { Temporal } from 'temporal-polyfill';
import { invalidRequest } from './faults.js';
import type { IntervalName, Stretch } from './history.js';
import { grouped } from './rules.js';
import { toInstant } from './time.js';

const MAX_INTERVALS = 1000;
/** RFC 3339 writes no later one. */
const LAST_YEAR = 9999;

export interface Interval extends Stretch {
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
  const begin = Temporal.Instant.from(stretch.start);
  const end = Temporal.Instant.from(stretch.end);
  const intervals: Interval[] = [];
  let date = firstDate(name, begin.toZonedDateTimeISO(timeZone).toPlainDate());
  let start = date.toZonedDateTime(timeZone);
  while (Temporal.Instant.compare(start.toInstant(), end) < 0 && date.year <= LAST_YEAR) {
    date = date.add({ [`${name}s`]: 1 });
    const next = date.toZonedDateTime(timeZone);
    const isTouched = Temporal.Instant.compare(next.toInstant(), begin) > 0;
    const isSkipped = Temporal.ZonedDateTime.compare(start, next) === 0;
    if (isTouched && !isSkipped) intervals.push(toInterval(start, next, stretch));
    if (intervals.length > MAX_INTERVALS) throw tooMany(name);
    start = next;
  }
  return intervals;
}

function firstDate(name: IntervalName, date: Temporal.PlainDate): Temporal.PlainDate {
  if (name === 'week') return date.subtract({ days: date.dayOfWeek - 1 });
  return name === 'month' ? date.with({ day: 1 }) : date;
}

function toInterval(start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime, stretch: Stretch): Interval {
  return {
    label: start.toString({ timeZoneName: 'never' }),
    start: later(toInstant(start.epochMilliseconds), stretch.start),
    end: earlier(toInstant(end.epochMilliseconds), stretch.end),
  };
}

/** Instants of the same form compare as text. */
function later(a: string, b: string): string {
  return a > b ? a : b;
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

function tooMany(name: IntervalName) {
  const detail = `must make at most ${grouped(MAX_INTERVALS)} ${name}s of the time asked for: shorten it, or take longer intervals`;
  return invalidRequest([{ parameter: 'interval', detail }]);
}
