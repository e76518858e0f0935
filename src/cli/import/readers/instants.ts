/*
 * Parses the times of CSV cells as spreadsheets and learning platforms write them.
 *
 * The order of day and month and the time zone are never guessed: a time that depends on them is rejected with the
 * option that decides.
 */
import type { LocalTime, TimeZone } from '../../local-time.js';
import { CellFault } from './entry.js';

export const DATE_ORDERS = ['dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

export interface InstantOptions {
  readonly dateOrder?: DateOrder | undefined;
  /** The zone of times without a UTC offset. Default: such times are rejected. */
  readonly timeZone?: TimeZone | undefined;
}

/** The texts of the parts of a time. `first` and `second` are the day and the month, or the month and the day. */
export type TimeParts = Readonly<Record<string, string | undefined>>;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const YEAR = String.raw`(?<year>[1-9]\d{3})`;
const DAY = String.raw`(?<day>\d\d?)(?:st|nd|rd|th)?`;
const MONTH_NAME =
  '(?<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const WEEKDAY = String.raw`(?:(?:mon|tue(?:s)?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?`;
const OFFSET = String.raw`(?<offset>\s?(?:z|utc|gmt)|\s?[+-]\d\d(?::?\d\d)?)?`;
/** An offset after a date alone would be ambiguous: `2026-03-01-05`. The half of the day can follow a narrow space. */
const TIME_OF_DAY = String.raw`(?:(?:t|,?\s+(?:at\s+)?)(?<hour>\d\d?):(?<minute>\d\d)(?::(?<seconds>\d\d)(?:[.,](?<fraction>\d+))?)?(?:\s?(?<half>am|pm))?${OFFSET})?`;

const FORMS = [
  String.raw`${YEAR}[-/.](?<month>\d\d?)[-/.](?<day>\d\d?)`,
  String.raw`(?<first>\d\d?)(?<mark>[-/.])(?<second>\d\d?)[-/.](?<year>[1-9]\d{3}|\d\d)`,
  String.raw`${WEEKDAY}${DAY}(?:\.?\s|-)${MONTH_NAME}\.?(?:,?\s|-)${YEAR}`,
  String.raw`${WEEKDAY}${MONTH_NAME}\.?\s${DAY},?\s${YEAR}`,
].map((date) => new RegExp(`^${date}${TIME_OF_DAY}$`, 'i'));

/** Returns `undefined` for text in none of the forms. */
export function splitTime(text: string): TimeParts | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups;
    if (parts) return parts;
  }
  return undefined;
}

/** Returns RFC 3339. The core checks its date. */
export function parseInstant(text: string, { dateOrder, timeZone }: InstantOptions): string | CellFault {
  // Exports have this form. The first test is quicker.
  const isExported = text.charAt(10) === 'T' && text.charAt(16) === ':' && text.endsWith('Z');
  if (isExported || RFC_3339.test(text)) return text;
  const parts = splitTime(text);
  if (!parts) {
    return new CellFault(
      text,
      'must be a time such as 2026-03-01T14:05:00Z, 2026-03-01 14:05, 01/03/2026 2:05 PM or 1 March 2026, 14:05',
    );
  }
  if (parts['first'] !== undefined && !dateOrder) {
    return new CellFault(
      text,
      'must begin with the year; add --date-order dmy or mdy for day or month first',
    );
  }
  const local = toLocalTime(parts, dateOrder);
  const { offset } = parts;
  if (local && offset !== undefined) return `${format(local)}${normalizedOffset(offset)}`;
  if (local && !timeZone) {
    return new CellFault(text, 'must have a UTC offset; add --time-zone, such as --time-zone Europe/London');
  }
  const time = local && timeZone ? timeZone.toInstant(local) : 'not a date';
  if (typeof time === 'number') return new Date(time).toISOString();
  if (time === 'not a date') return new CellFault(text, 'must be a date and time that exist');
  const rule = `must be a time that clocks in ${timeZone?.name} show once;`;
  return time === 'skipped'
    ? new CellFault(text, `${rule} they skip this one, so correct it`)
    : new CellFault(text, `${rule} they show this one twice, so add a UTC offset such as +01:00`);
}

function toLocalTime(parts: TimeParts, dateOrder: DateOrder | undefined): LocalTime | undefined {
  const { first, second, name, hour = '0', minute = '0', seconds = '0', fraction = '', half } = parts;
  const hours = Number(hour);
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined;
  const [firstPart, secondPart] = dateOrder === 'mdy' ? [second, first] : [first, second];
  const { day = firstPart, month = secondPart } = parts;
  const year = Number(parts['year']);
  return {
    year: year < 100 ? 2_000 + year : year,
    month: name === undefined ? Number(month) : MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1,
    day: Number(day),
    hour: half === undefined ? hours : (hours % 12) + (half.toLowerCase() === 'pm' ? 12 : 0),
    minute: Number(minute),
    second: Number(seconds),
    millisecond: Number(fraction.slice(0, 3).padEnd(3, '0')),
  };
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function format({ year, month, day, hour, minute, second, millisecond }: LocalTime): string {
  const date = `${year}-${two(month)}-${two(day)}`;
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}.${String(millisecond).padStart(3, '0')}`;
}

function normalizedOffset(offset: string): string {
  const [, sign, hours, minutes = '00'] = /([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  return sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`;
}
