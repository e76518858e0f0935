import { Temporal } from 'temporal-polyfill';
import { BoundedCache } from './bounded-cache.js';
import { UsageError, withValue } from './errors.js';

/** A date and a time of day, as on a clock on the wall. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** Milliseconds since 1970, or the reason why a local time has none. */
export type ResolvedTime = number | 'not a date' | 'skipped' | 'repeated';

/** Days in the cache. Sessions of a file are usually of few days. */
const MAX_DAYS = 10_000;

/**
 * Converts local times of a time zone. `Temporal` takes about 0.1 ms for each, so the UTC offset of a day without
 * a clock change is cached.
 */
export class TimeZone {
  readonly name: string;
  readonly #offsets = new BoundedCache<string, number | null>(MAX_DAYS);

  /** @throws {UsageError} if the zone is unknown */
  constructor(name: string) {
    try {
      this.name = Temporal.Now.zonedDateTimeISO(name).timeZoneId;
    } catch (error) {
      const rule = 'must be a time zone, such as Europe/London or UTC';
      throw new UsageError(`--time-zone ${withValue(name, rule)}`, { cause: error });
    }
  }

  toInstant(local: LocalTime): ResolvedTime {
    const { year, month, day, hour, minute, second, millisecond } = local;
    const date = `${year}-${month}-${day}`;
    const offset = this.#offsets.getOrAdd(date, () => this.#offsetOf(local));
    if (offset === null || hour > 23 || minute > 59 || second > 59) return this.#resolve(local);
    return Date.UTC(year, month - 1, day, hour, minute, second, millisecond) - offset;
  }

  /**
   * Returns the first instant of a date such as `2026-04-01`; `undefined` if it does not exist.
   *
   * @param dayStart the time at which the day starts. Default: `00:00`
   */
  startOf(date: string, dayStart = '00:00'): string | undefined {
    try {
      return this.firstInstantOf(Temporal.PlainDateTime.from(`${date}T${dayStart}`, { overflow: 'reject' }));
    } catch {
      return undefined;
    }
  }

  /** Returns the first instant at a local time or, if the zone skips the time, after the clock change. */
  firstInstantOf(local: Temporal.PlainDateTime): string {
    const first = local.toZonedDateTime(this.name, { disambiguation: 'earlier' });
    // For a time that the zone skips, `earlier` is before the clock change.
    const isSkipped = !first.toPlainDateTime().equals(local);
    const change = isSkipped ? first.getTimeZoneTransition('next') : null;
    return (change ?? first).toInstant().toString({ fractionalSecondDigits: 3 });
  }

  /** Returns the UTC offset in milliseconds; `null` if it changes on that day, or for a day that does not exist. */
  #offsetOf({ year, month, day }: LocalTime): number | null {
    const midnight = { year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 };
    const start = this.#resolve(midnight);
    if (typeof start === 'string') return null;
    const next = new Date(Date.UTC(year, month - 1, day + 1));
    const end = this.#resolve({
      ...midnight,
      year: next.getUTCFullYear(),
      month: next.getUTCMonth() + 1,
      day: next.getUTCDate(),
    });
    const offset = Date.UTC(year, month - 1, day) - start;
    return typeof end === 'number' && next.getTime() - end === offset ? offset : null;
  }

  #resolve(local: LocalTime): ResolvedTime {
    let plain: Temporal.PlainDateTime;
    try {
      plain = Temporal.PlainDateTime.from({ ...local }, { overflow: 'reject' });
    } catch {
      return 'not a date';
    }
    const earlier = plain.toZonedDateTime(this.name, { disambiguation: 'earlier' });
    const later = plain.toZonedDateTime(this.name, { disambiguation: 'later' });
    if (earlier.epochMilliseconds === later.epochMilliseconds) return earlier.epochMilliseconds;
    return earlier.toPlainDateTime().equals(plain) ? 'repeated' : 'skipped';
  }
}
