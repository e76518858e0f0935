import { ZoneDays } from '../../core/model/zone-days.js';
import { DAY, toInstant } from '../../core/model/time.js';
import { formatDate, formatShort } from '../charts/index.js';
import { html, type Markup } from '../markup.js';

const MINUTE = 60_000;
const DAYS_PER_MONTH = 30;
const DAYS_PER_YEAR = 365;

/** Shows times in a time zone. */
export class Zone {
  readonly name: string;
  readonly #now: number;
  readonly #days: ZoneDays;
  readonly #time: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;

  /** @param name a valid time zone */
  constructor(name: string, now: number) {
    this.name = name;
    this.#now = now;
    this.#days = new ZoneDays(name, now);
    this.#time = new Intl.DateTimeFormat('en-GB', { timeZone: name, timeStyle: 'short' });
    this.#weekday = new Intl.DateTimeFormat('en-GB', { timeZone: name, weekday: 'short' });
  }

  date(instant: string): Markup {
    return html`<time datetime="${instant}">${this.#dateText(Date.parse(instant))}</time>`;
  }

  dateTime(instant: string): Markup {
    const time = Date.parse(instant);
    return html`<time datetime="${instant}">${this.#dateText(time)}, ${this.#time.format(time)}</time>`;
  }

  time(time: number): string {
    return this.#time.format(time);
  }

  /** @returns such as `Mon 16 Nov` */
  weekday(time: number): string {
    return `${this.#weekday.format(time)} ${this.#dayText(time)}`;
  }

  /** @returns such as `16 to 22 Nov` or `30 Nov to 6 Dec` */
  days(first: number, last: number): string {
    const [from, to] = [this.#dayText(first), this.#dayText(last)];
    if (from === to) return to;
    const [day = '', month] = from.split(' ');
    return `${month === to.split(' ')[1] ? day : from} to ${to}`;
  }

  /** Says how long ago a day was, such as `yesterday`. */
  ago(instant: string): string {
    const days = (this.#days.dateOf(this.#now) - this.#days.dateOf(Date.parse(instant))) / DAY;
    if (days <= 0) return 'today';
    if (days === 1) return 'yesterday';
    if (days < 2 * DAYS_PER_MONTH) return `${days} days ago`;
    if (days < 2 * DAYS_PER_YEAR) return `${Math.floor(days / DAYS_PER_MONTH)} months ago`;
    return `${Math.floor(days / DAYS_PER_YEAR)} years ago`;
  }

  /** @returns the day of the page, such as `2026-11-22` */
  today(dayStart = '00:00'): string {
    const [hours = 0, minutes = 0] = dayStart.split(':').map(Number);
    return toDate(this.#days.dateOf(this.#now, (hours * 60 + minutes) * MINUTE));
  }

  /** The names of the months are those of the charts. The locales of `Intl` write them differently. */
  #dateText(time: number): string {
    return formatDate(new Date(this.#days.dateOf(time)), 'day');
  }

  #dayText(time: number): string {
    return formatShort(new Date(this.#days.dateOf(time)), 'day');
  }

  /** @param date such as `2026-11-22` */
  startOf(date: string): string {
    const midnight = Date.parse(date);
    return toInstant(new ZoneDays(this.name, midnight - DAY).startOf(midnight).time);
  }
}

/** @param midnight in UTC */
export function toDate(midnight: number): string {
  return new Date(midnight).toISOString().slice(0, '2026-11-22'.length);
}
