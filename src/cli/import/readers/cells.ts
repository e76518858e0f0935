/*
 * Parses the cells of CSV files as spreadsheets, learning platforms and statistics programs write them.
 *
 * A cell has only one meaning, or it is rejected with the option that gives it one: a decimal comma, the unit of a
 * time, the order of day and month and the time zone are never guessed. Text that fits no form stays as it is, and the
 * core rejects it with the rule of its field.
 */
import { parseDuration } from '../../duration.js';
import { withValue } from '../../errors.js';
import type { LocalTime, TimeZone } from '../../local-time.js';
import { isMissingWord, parseModuleIdsCell } from '../../module-ids.js';
import { parseNumber } from '../../settings.js';

/** Milliseconds. */
export const TIME_UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;
export const DATE_ORDERS = ['dmy', 'mdy'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

export interface CellOptions {
  readonly decimalComma?: boolean | undefined;
  /** The unit of times without one. Default: milliseconds. */
  readonly timeUnit?: TimeUnit | undefined;
  readonly dateOrder?: DateOrder | undefined;
  /** The zone of times without offset. Default: such times are rejected. */
  readonly timeZone?: TimeZone | undefined;
}

/** A cell that is rejected. */
export class CellFault {
  readonly detail: string;

  constructor(text: string, rule: string) {
    this.detail = withValue(text, rule);
  }
}

const DECIMAL_COMMA = /^[+-]?\d+(,\d+)?$/;
/** Hours, minutes and seconds, also after days. Two numbers are rejected: they could be either hours or minutes. */
const CLOCK = /^(?:(\d+) days?,? )?(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;
const WORDS =
  /^(?:(\d+) ?h(?:(?:ou)?rs?)?,? ?)?(?:(\d+) ?m(?:in(?:ute)?s?)?,? ?)?(?:(\d+) ?s(?:ec(?:ond)?s?)?)?$/i;

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const OFFSET = '(?<offset> ?(?:z|utc|gmt)| ?[+-]\\d\\d(?::?\\d\\d)?)?';
const TIME_OF_DAY = `(?:(?:t|,? +)(?<hour>\\d\\d?):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?)?(?: ?(?<half>am|pm))?)?`;
const YEAR_FIRST = new RegExp(
  `^(?<year>[1-9]\\d{3})[-/.](?<month>\\d\\d?)[-/.](?<day>\\d\\d?)${TIME_OF_DAY}${OFFSET}$`,
  'i',
);
const YEAR_LAST = new RegExp(
  `^(?<first>\\d\\d?)[-/.](?<other>\\d\\d?)[-/.](?<year>[1-9]\\d{3}|\\d\\d)${TIME_OF_DAY}${OFFSET}$`,
  'i',
);

export class CellParser {
  readonly #options: CellOptions;
  #plainTimes = 0;
  #longestPlainTime = 0;

  constructor(options: CellOptions = {}) {
    this.#options = options;
  }

  /** The number of times without a unit, and the longest of them in milliseconds. */
  get plainTimes(): { readonly count: number; readonly longest: number } {
    return { count: this.#plainTimes, longest: this.#longestPlainTime };
  }

  /** Returns the value of a trimmed cell, `undefined` if it is missing, or a {@link CellFault}. */
  parse(field: string, text: string): unknown {
    return this.parserOf(field)(text);
  }

  parserOf(field: string): (text: string) => unknown {
    switch (field) {
      case 'averageScore':
        return (text) => this.#score(text);
      case 'totalModulesStudied':
        return unlessMissing((text) => this.#number(text));
      case 'timeStudied':
        return unlessMissing((text) => this.#time(text));
      case 'completedAt':
        return unlessMissing((text) => this.#instant(text));
      case 'moduleIds':
        return moduleIds;
      case 'userId':
      case 'courseId':
        return idText;
      default:
        return (text) => (text === '' ? undefined : text);
    }
  }

  #score(text: string): unknown {
    if (isMissing(text)) return null;
    if (!text.endsWith('%')) return this.#number(text);
    const value = this.#number(text.slice(0, -1).trimEnd());
    return typeof value === 'string' ? text : value;
  }

  /** Returns other text unchanged. */
  #number(text: string): number | string | CellFault {
    if (!this.#options.decimalComma) {
      const isDecimalComma = text.includes(',') && DECIMAL_COMMA.test(text);
      return isDecimalComma
        ? new CellFault(text, 'must have a decimal point; add --decimal-comma if the comma is meant as one')
        : parseNumber(text);
    }
    if (DECIMAL_COMMA.test(text)) return Number(text.replace(',', '.'));
    return typeof parseNumber(text) === 'number'
      ? new CellFault(text, 'must have a decimal comma; remove --decimal-comma if the point is meant as one')
      : text;
  }

  #time(text: string): unknown {
    const number = this.#number(text);
    if (typeof number === 'number') return this.#plainTime(text, number);
    if (number instanceof CellFault) return number;
    const [isClock, days = '0', hours, minutes, seconds] = CLOCK.exec(text) ?? [];
    if (isClock !== undefined) {
      const total = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
      return Math.round(total * 1_000);
    }
    if (/^\d+:\d\d$/.test(text)) {
      return new CellFault(
        text,
        'must be hours, minutes and seconds, such as 00:25:30, or a duration such as 25m',
      );
    }
    const [isWords, ...parts] = WORDS.exec(text) ?? [];
    if (isWords) {
      const [hour = '0', minute = '0', second = '0'] = parts;
      return ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000;
    }
    return parseDuration(text) ?? text;
  }

  #plainTime(text: string, number: number): number | CellFault {
    const { timeUnit } = this.#options;
    if (timeUnit) return Math.round(number * TIME_UNITS[timeUnit]);
    if (!Number.isInteger(number)) {
      return new CellFault(
        text,
        'must be a whole number of milliseconds; for another unit add --time-unit s, min or h',
      );
    }
    this.#plainTimes++;
    this.#longestPlainTime = Math.max(this.#longestPlainTime, number);
    return number;
  }

  /** Returns RFC 3339 in UTC, or text that the core checks. */
  #instant(text: string): string | CellFault {
    // The format of exports is checked by the core.
    if (text.charAt(10) === 'T' && text.endsWith('Z')) return text;
    if (RFC_3339.test(text)) return text;
    const yearFirst = YEAR_FIRST.exec(text)?.groups;
    const groups = yearFirst ?? YEAR_LAST.exec(text)?.groups;
    if (!groups) return text;
    const { first, other, offset } = groups;
    const { dateOrder, timeZone } = this.#options;
    if (!yearFirst && !dateOrder) {
      return new CellFault(
        text,
        'must begin with the year; add --date-order dmy or mdy for day or month first',
      );
    }
    const [day, month] = yearFirst
      ? [groups['day'], groups['month']]
      : dateOrder === 'dmy'
        ? [first, other]
        : [other, first];
    const local = toLocalTime({ ...groups, day, month });
    if (!local) return text;
    if (offset !== undefined) return `${format(local)}${normalizedOffset(offset)}`;
    if (!timeZone) {
      return new CellFault(
        text,
        'must have a UTC offset; add --time-zone, such as --time-zone Europe/London',
      );
    }
    const time = timeZone.toInstant(local);
    if (typeof time === 'number') return new Date(time).toISOString();
    if (time === 'not a date') return new CellFault(text, `must be a date and time that exist`);
    const rule = `must be a time that clocks in ${timeZone.name} show once;`;
    return time === 'skipped'
      ? new CellFault(text, `${rule} they skip this one, so correct it`)
      : new CellFault(text, `${rule} they show this one twice, so add a UTC offset such as +01:00`);
  }
}

function unlessMissing(parse: (text: string) => unknown): (text: string) => unknown {
  return (text) => (isMissing(text) ? undefined : parse(text));
}

function isMissing(text: string): boolean {
  return text === '' || isMissingWord(text);
}

function toLocalTime(groups: Readonly<Record<string, string | undefined>>): LocalTime | undefined {
  const { hour = '0', minute = '0', second = '0', fraction = '', half } = groups;
  const isAfternoon = half?.toLowerCase() === 'pm';
  const hours = Number(hour);
  if (half !== undefined && (hours < 1 || hours > 12)) return undefined;
  const year = Number(groups['year']);
  return {
    year: year < 100 ? 2_000 + year : year,
    month: Number(groups['month']),
    day: Number(groups['day']),
    hour: half === undefined ? hours : (hours % 12) + (isAfternoon ? 12 : 0),
    minute: Number(minute),
    second: Number(second),
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

function moduleIds(text: string): unknown {
  if (text === '') return undefined;
  const rule = 'must be module ids joined by ;, such as intro;logic, or a JSON list';
  return parseModuleIdsCell(text) ?? new CellFault(text, rule);
}

/** Text that means a missing value must not become the id of a learner or course. */
function idText(text: string): string | CellFault | undefined {
  if (text === '') return undefined;
  return isMissingWord(text) ? new CellFault(text, 'must be an id, not a word for a missing value') : text;
}
