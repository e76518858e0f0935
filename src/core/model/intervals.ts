import { Temporal } from 'temporal-polyfill';
import { invalidRequest } from './validation.js';
import type { IntervalName, TimeRange } from './history.js';
import { grouped } from './validation.js';
import { toInstant } from './time.js';

const MAX_INTERVALS = 1000;
const DAY = 24 * 60 * 60 * 1000;
/** RFC 3339 has no years after 9999. */
const AFTER_LAST_DATE = Date.UTC(10_000, 0, 1);
/** Length of an offset period if the zone has no further transition. */
const LOOK_AHEAD = 1000 * DAY;
/** Milliseconds, more than the longest interval. */
const BEFORE = 40 * DAY;

interface Interval extends TimeRange {
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
  const detail = `must divide the requested time into at most ${grouped(MAX_INTERVALS)} ${name}s: choose a shorter time or longer intervals`;
  return invalidRequest([{ parameter: 'interval', detail }]);
}

interface DayStart {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** RFC 3339 with the zone's offset. */
  readonly label: string;
}

/** A period in which the offset of a zone does not change. */
interface OffsetPeriod {
  readonly begin: DayStart;
  readonly until: number;
  readonly offset: number;
  readonly suffix: string;
  readonly next: Temporal.ZonedDateTime;
}

/**
 * Computes the starts of dates in a time zone, in ascending order. A date is represented by its midnight in
 * UTC, in milliseconds. Time zone queries are slow, and a thousand of them would block the event loop, so the
 * zone is queried once per change of its offset; the rest is arithmetic.
 */
class ZoneDays {
  readonly #timeZone: string;
  #period: OffsetPeriod;

  constructor(timeZone: string, first: number) {
    this.#timeZone = timeZone;
    this.#period = periodFrom(
      Temporal.Instant.fromEpochMilliseconds(first - BEFORE).toZonedDateTimeISO(timeZone),
    );
  }

  dateOf(instant: number): number {
    const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(
      this.#timeZone,
    );
    return Date.UTC(year, month - 1, day);
  }

  /** Returns the first midnight of a date or, if the zone skips it, the next instant. */
  startOf(date: number): DayStart {
    while (date - this.#period.offset >= this.#period.until) this.#period = periodFrom(this.#period.next);
    const { begin, offset, suffix } = this.#period;
    const time = date - offset;
    if (time < begin.time) return begin;
    return { time, label: `${new Date(date).toISOString().slice(0, 19)}${suffix}` };
  }
}

function periodFrom(begin: Temporal.ZonedDateTime): OffsetPeriod {
  const label = begin.toString({ timeZoneName: 'never' });
  const next = begin.getTimeZoneTransition('next') ?? begin.add({ milliseconds: LOOK_AHEAD });
  return {
    begin: { time: begin.epochMilliseconds, label },
    until: next.epochMilliseconds,
    offset: begin.offsetNanoseconds / 1e6,
    // Temporal rounds the offset to minutes: some zones once had seconds.
    suffix: label.slice(-6),
    next,
  };
}
