import type { IntervalName } from '../../core/index.js';
import { DAY } from '../../core/model/time.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The first Monday since 1970, in days. */
const FIRST_MONDAY = 4;

/** Returns the local date of the start of an interval, as its midnight in UTC. */
export function toLocalDate(start: string): Date {
  return new Date(`${start.slice(0, '2026-11-22'.length)}T00:00:00Z`);
}

/** @returns such as `Aug` */
export function formatMonth(date: Date): string {
  return MONTHS[date.getUTCMonth()] ?? '';
}

/** Formats an interval by its first day, such as `3 Aug`, or a month, such as `Aug`. */
export function formatShort(date: Date, interval: IntervalName): string {
  const month = formatMonth(date);
  return interval === 'month' ? month : `${date.getUTCDate()} ${month}`;
}

export function formatDate(date: Date, interval: IntervalName): string {
  return `${formatShort(date, interval)} ${date.getUTCFullYear()}`;
}

/** Formats the first to the last interval, such as `3 Aug to 26 Oct 2026`. */
export function formatRange(first: Date, last: Date, interval: IntervalName): string {
  const end = formatDate(last, interval);
  if (first.getTime() === last.getTime()) return end;
  const isSameYear = first.getUTCFullYear() === last.getUTCFullYear();
  return `${isSameYear ? formatShort(first, interval) : formatDate(first, interval)} to ${end}`;
}

/** The label of an interval on the axis. */
export interface DateLabel {
  readonly index: number;
  readonly text: string;
  /** The year, where it is new. */
  readonly year: string | undefined;
}

/** The time from one label to the next. */
interface Step {
  readonly days?: number;
  readonly months?: number;
}

const CALENDAR: readonly Step[] = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600].map((months) => ({ months }));
const STEPS: Readonly<Record<IntervalName, readonly Step[]>> = {
  day: [...[1, 2, 7, 14].map((days) => ({ days })), ...CALENDAR],
  week: [...[7, 14, 28].map((days) => ({ days })), ...CALENDAR],
  month: CALENDAR,
};

/**
 * Returns the labels of the shortest step whose labels have enough room: days, Mondays, or first intervals of months
 * or years.
 *
 * @param gap the smallest number of intervals from one label to the next
 */
export function dateLabels(dates: readonly Date[], interval: IntervalName, gap: number): DateLabel[] {
  for (const step of STEPS[interval]) {
    const indexes = labelled(dates, interval, step, gap);
    const isWide = indexes.every((index, position) => index - (indexes[position - 1] ?? -gap) >= gap);
    if (isWide) return toLabels(dates, indexes, interval, step);
  }
  return [];
}

/** Returns the first interval, if there is room for it, and those in which a step begins. */
function labelled(dates: readonly Date[], interval: IntervalName, step: Step, gap: number): number[] {
  const [first] = dates;
  // Steps of weeks are counted from the first one, so that it has a label. Those of days begin on Mondays.
  const origin = interval === 'week' && first ? first.getTime() / DAY : FIRST_MONDAY;
  const keys = dates.map((date) => keyOf(date, step, origin));
  const begun = keys.flatMap((key, index) => (index > 0 && key !== keys[index - 1] ? [index] : []));
  // The name of a year belongs to its January only.
  const isNamed = first && (!isYearly(step) || first.getUTCMonth() === 0 || begun.length === 0);
  return isNamed && (begun[0] ?? gap) >= gap ? [0, ...begun] : begun;
}

/** @param origin the day from which steps of days are counted, in days since 1970 */
function keyOf(date: Date, { days, months = 1 }: Step, origin: number): number {
  if (days !== undefined) return Math.floor((date.getTime() / DAY - origin) / days);
  return Math.floor((date.getUTCFullYear() * 12 + date.getUTCMonth()) / months);
}

function toLabels(dates: readonly Date[], indexes: readonly number[], interval: IntervalName, step: Step) {
  let last: string | undefined;
  return indexes.flatMap((index): DateLabel | readonly [] => {
    const date = dates[index];
    if (!date) return [];
    const year = String(date.getUTCFullYear());
    if (isYearly(step)) return { index, text: year, year: undefined };
    const isMonth = interval === 'day' && step.months !== undefined && date.getUTCDate() === 1;
    const label = { index, text: formatShort(date, isMonth ? 'month' : interval) };
    const isNew = year !== last;
    last = year;
    return { ...label, year: isNew ? year : undefined };
  });
}

function isYearly({ months = 0 }: Step): boolean {
  return months >= 12;
}
