import { Temporal } from 'temporal-polyfill';
import { UsageError, withValue } from '../errors.js';
import type { TimeZone } from '../local-time.js';

/** Weeks of the activity in a report, of which the last is its week. */
const WEEKS = 8;

/** A week of ISO 8601, from Monday to Sunday, in a time zone. */
export interface Week {
  /** Such as `2026-W13`. */
  readonly name: string;
  /** The dates of the first and the last day. */
  readonly monday: string;
  readonly sunday: string;
  /** The first instant, and the first one after the week: UTC. */
  readonly start: string;
  readonly end: string;
  /** The first instant of the weeks that a report compares. */
  readonly trendStart: string;
}

/** Names the week of a date such as `2026-03-23`. */
export function weekOf(date: string): string {
  const { yearOfWeek, weekOfYear } = Temporal.PlainDate.from(date);
  return `${yearOfWeek}-W${String(weekOfYear).padStart(2, '0')}`;
}

/**
 * Reads a week such as `2026-W13`.
 *
 * @param name without it, the last week that was over at `asOf`
 * @throws {UsageError} if there is no such week, or it begins after `asOf`
 */
export function readWeek(name: string | undefined, zone: TimeZone, asOf: string): Week {
  const today = Temporal.Instant.from(asOf).toZonedDateTimeISO(zone.name).toPlainDate();
  if (name === undefined) return toWeek(mondayOf(today).subtract({ weeks: 1 }), zone);
  const monday = parseMonday(name);
  if (!monday) {
    throw new UsageError(
      `--week ${withValue(name, 'must be a week of ISO 8601 since 1970, such as 2026-W13')}`,
    );
  }
  if (Temporal.PlainDate.compare(monday, today) > 0) {
    throw new UsageError(
      `--week ${withValue(name, `must not be after this week, ${weekOf(today.toString())}`)}`,
    );
  }
  return toWeek(monday, zone);
}

function parseMonday(name: string): Temporal.PlainDate | undefined {
  const [, year, week] = /^(19[7-9]\d|[2-9]\d{3})-W(\d{2})$/.exec(name) ?? [];
  if (year === undefined) return undefined;
  // January 4 is always in the first week.
  const first = mondayOf(Temporal.PlainDate.from({ year: Number(year), month: 1, day: 4 }));
  const monday = first.add({ weeks: Number(week) - 1 });
  return weekOf(monday.toString()) === name ? monday : undefined;
}

function mondayOf(date: Temporal.PlainDate): Temporal.PlainDate {
  return date.subtract({ days: date.dayOfWeek - 1 });
}

function toWeek(monday: Temporal.PlainDate, zone: TimeZone): Week {
  const startOf = (date: Temporal.PlainDate) => zone.firstInstantOf(date.toPlainDateTime());
  return {
    name: weekOf(monday.toString()),
    monday: monday.toString(),
    sunday: monday.add({ days: 6 }).toString(),
    start: startOf(monday),
    end: startOf(monday.add({ weeks: 1 })),
    trendStart: startOf(monday.subtract({ weeks: WEEKS - 1 })),
  };
}
