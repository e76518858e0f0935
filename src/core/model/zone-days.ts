import { Temporal } from 'temporal-polyfill';
import { DAY } from './time.js';

/** Length of an offset period if the zone has no further transition. */
const LOOK_AHEAD = 1000 * DAY;
/** Milliseconds, more than the longest interval. */
const BEFORE = 40 * DAY;

/** An instant with its local time in the zone. */
export interface ZoneTime {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The local time, represented by the same time in UTC, in milliseconds. */
  readonly local: number;
  /** The offset as text, such as `+01:00`. */
  readonly suffix: string;
}

/** Formats as RFC 3339 with the zone's offset. */
export function toLabel({ local, suffix }: ZoneTime): string {
  return `${new Date(local).toISOString().slice(0, 19)}${suffix}`;
}

/** Returns the time on the clock a week before: not 168 hours, if the zone has changed its offset since. */
export function weekBefore(time: number, timeZone: string): number {
  const now = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone);
  return now.subtract({ weeks: 1 }).epochMilliseconds;
}

/** A period in which the offset of a zone does not change. */
interface OffsetPeriod {
  readonly begin: ZoneTime;
  readonly until: number;
  readonly offset: number;
  readonly next: Temporal.ZonedDateTime;
}

/**
 * Computes the starts of dates in a time zone, in ascending order. A date is represented by its midnight in
 * UTC, in milliseconds. Time zone queries are slow, and a thousand of them would block the event loop, so the
 * zone is queried once per change of its offset; the rest is arithmetic.
 */
export class ZoneDays {
  readonly #timeZone: string;
  #period: OffsetPeriod;

  constructor(timeZone: string, first: number) {
    this.#timeZone = timeZone;
    this.#period = periodFrom(
      Temporal.Instant.fromEpochMilliseconds(first - BEFORE).toZonedDateTimeISO(timeZone),
    );
  }

  /** @param dayStart milliseconds after midnight at which a day starts */
  dateOf(instant: number, dayStart = 0): number {
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(
      this.#timeZone,
    );
    return Math.floor((instant + offsetNanoseconds / 1e6 - dayStart) / DAY) * DAY;
  }

  /** Returns the first occurrence of a local time or, if the zone skips it, the next instant. */
  startOf(local: number): ZoneTime {
    while (local - this.#period.offset >= this.#period.until) this.#period = periodFrom(this.#period.next);
    const { begin, offset } = this.#period;
    const time = local - offset;
    return time < begin.time ? begin : { time, local, suffix: begin.suffix };
  }
}

function periodFrom(begin: Temporal.ZonedDateTime): OffsetPeriod {
  const next = begin.getTimeZoneTransition('next') ?? begin.add({ milliseconds: LOOK_AHEAD });
  const time = begin.epochMilliseconds;
  const offset = begin.offsetNanoseconds / 1e6;
  return {
    // Temporal rounds the offset to minutes: some zones once had seconds.
    begin: { time, local: time + offset, suffix: begin.toString({ timeZoneName: 'never' }).slice(-6) },
    until: next.epochMilliseconds,
    offset,
    next,
  };
}
