/*
 * Parses the cells of CSV files as spreadsheets, learning platforms and statistics programs write them.
 *
 * A cell that could have two meanings is rejected with the option that decides: a decimal comma and the unit of a time
 * are never guessed. Other text stays as it is, and the core rejects it with the rule of its field.
 */
import { parseDuration } from '../../duration.js';
import { isMissingWord, looksMissing } from '../../missing-words.js';
import { parseModuleIdsCell } from '../../module-ids.js';
import { parseNumber } from '../../settings.js';
import { CellFault } from './entry.js';
import { parseInstant, type InstantOptions } from './instants.js';

/** Milliseconds. */
export const TIME_UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;
export type TimeUnit = keyof typeof TIME_UNITS;
/** Milliseconds. If most times of a file are below, they are more likely in seconds or minutes. */
export const SUSPICIOUS_TIME = 20_000;

export interface CellOptions extends InstantOptions {
  readonly decimalComma?: boolean | undefined;
  /** The unit of times without one. Default: milliseconds. */
  readonly timeUnit?: TimeUnit | undefined;
}

const DECIMAL_COMMA = /^[+-]?\d+(,\d+)?$/;
/** Hours, minutes and seconds, also after days. Two numbers are rejected: they could be either hours or minutes. */
const CLOCK = /^(?:(\d+) days?,? )?(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)$/;
const WORDS =
  /^(?:(\d+) ?d(?:ays?)?,? ?)?(?:(\d+) ?h(?:(?:ou)?rs?)?,? ?)?(?:(\d+) ?m(?:in(?:ute)?s?)?,? ?)?(?:(\d+) ?s(?:ec(?:ond)?s?)?)?$/i;

export class CellParser {
  readonly #options: CellOptions;
  readonly #plainTimes = { count: 0, short: 0, longest: 0 };

  constructor(options: CellOptions = {}) {
    this.#options = options;
  }

  /** Counts the times without a unit other than 0, and those that are suspiciously short. The longest is in milliseconds. */
  get plainTimes(): { readonly count: number; readonly short: number; readonly longest: number } {
    return this.#plainTimes;
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
        return unlessMissing((text) => parseInstant(text, this.#options));
      case 'moduleIds':
        return listCell(
          'must be module ids joined by ;, such as intro;logic, or a JSON list such as ["intro"]',
        );
      case 'groups':
        return listCell('must be groups joined by ;, such as 2026;evening, or a JSON list');
      case 'userId':
      case 'courseId':
        return idText;
      case 'sessionId':
        return unlessMissing(idText);
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
      const [day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) => Number(part ?? 0));
      return (((day * 24 + hour) * 60 + minute) * 60 + second) * 1_000;
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
    const times = this.#plainTimes;
    if (number > 0) times.count++;
    if (number > 0 && number < SUSPICIOUS_TIME) times.short++;
    times.longest = Math.max(times.longest, number);
    return number;
  }
}

function unlessMissing(parse: (text: string) => unknown): (text: string) => unknown {
  return (text) => (isMissing(text) ? undefined : parse(text));
}

function isMissing(text: string): boolean {
  return text === '' || isMissingWord(text);
}

/** Module ids and groups are written in the same way. */
function listCell(rule: string): (text: string) => unknown {
  return (text) => (text === '' ? undefined : (parseModuleIdsCell(text) ?? new CellFault(text, rule)));
}

/** Text that means a missing value must not become the id of a learner or course. */
function idText(text: string): string | CellFault | undefined {
  if (text === '') return undefined;
  return looksMissing(text) ? new CellFault(text, 'must be an id, not a word for a missing value') : text;
}
