import { invalidRequest, grouped, rule } from './validation.js';
import { DEFAULT_DAYS, MAX_DAYS } from './learner-activity.js';
import { DAY } from './time.js';
import { ZoneDays } from './zone-days.js';

/*
 * The days of a learner's activity. A day lasts from the first occurrence of `dayStart` to that of the next date.
 * If a clock change skips `dayStart`, the day starts with the first instant after the change. A date that the zone
 * skips is not a day.
 *
 * Sessions are grouped by day in SQL, because a learner can have very many of them. SQL has no time zones that are
 * the same on both databases, so it gets offsets: `pieces` divides time into few pieces, in each of which the
 * position of a day is (time + shift) / 24 h. A zone has about two per year.
 */

/** From `start` on, a day's position is ⌊(time + shift) / 24 h⌋, until the next piece. Milliseconds. */
export interface DayPiece {
  readonly start: number;
  readonly shift: number;
}

/** A time range without its end, in milliseconds since 1970. */
export interface ActivityRange {
  readonly start: number;
  readonly end: number;
}

interface ActivityDaysOptions {
  readonly timeZone: string;
  readonly dayStart: string;
  /** A time on or before the first day, in milliseconds since 1970. */
  readonly first: number;
  readonly now: number;
}

/** The days of a time zone up to today. */
export class ActivityDays {
  /** The midnights of the dates in UTC, in milliseconds. */
  readonly #dates: number[] = [];
  readonly #starts: number[] = [];
  /** The end of today. */
  readonly end: number;
  readonly #zone: ZoneDays;
  readonly #dayStart: number;

  constructor({ timeZone, dayStart, first, now }: ActivityDaysOptions) {
    this.#zone = new ZoneDays(timeZone, first);
    this.#dayStart = Date.parse(`1970-01-01T${dayStart}Z`);
    // The date of `first` may be one that the zone skips: its sessions then belong to the day before.
    for (let date = this.#dateOf(first) - DAY; ; date += DAY) {
      const { time, local } = this.#zone.startOf(date + this.#dayStart);
      const isSkipped = local >= date + DAY;
      if (isSkipped) continue;
      if (time > now) {
        this.end = time;
        break;
      }
      this.#dates.push(date);
      this.#starts.push(time);
    }
  }

  /** The position of today. */
  get today(): number {
    return this.#starts.length - 1;
  }

  /** Returns the date of a day, such as `2026-11-22`. */
  dateAt(position: number): string {
    return new Date(this.#dates[position] ?? 0).toISOString().slice(0, 10);
  }

  get pieces(): DayPiece[] {
    const pieces: DayPiece[] = [];
    for (const [position, opening] of this.#starts.entries()) {
      const closing = this.#starts[position + 1] ?? this.end;
      // A day of more than 24 hours has a second piece.
      for (let start = opening; start < closing; start += DAY) {
        const shift = position * DAY - start;
        if (shift !== pieces.at(-1)?.shift) pieces.push({ start, shift });
      }
    }
    return pieces;
  }

  /**
   * Returns the time range of the items. By default it ends with today and has 371 days.
   *
   * @throws {StatsError} `invalid-request` if there are more than 1,000 days between `from` and `to`
   */
  range({
    from,
    to,
  }: {
    readonly from?: string | undefined;
    readonly to?: string | undefined;
  }): ActivityRange {
    const end = to === undefined ? this.end : Date.parse(to);
    if (from === undefined) {
      const last = this.#starts.findLastIndex((start) => start < end);
      return { start: this.#starts[Math.max(0, last + 1 - DEFAULT_DAYS)] ?? end, end };
    }
    const start = Date.parse(from);
    if (this.#dateOf(end - 1) - this.#dateOf(start) >= MAX_DAYS * DAY) {
      const text = `must be at most ${grouped(MAX_DAYS)} days before to (without to: before the end of today); choose a shorter time`;
      throw invalidRequest([{ parameter: 'from', detail: rule(text)({ input: from }) }]);
    }
    return { start, end };
  }

  #dateOf(instant: number): number {
    return this.#zone.dateOf(instant, this.#dayStart);
  }
}
