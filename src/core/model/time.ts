import * as z from 'zod';
import { invalidRequest, rule } from './validation.js';

/** Milliseconds. */
export const DAY = 24 * 60 * 60 * 1000;

/** Returns the time in milliseconds since 1970, for example `Date.now`. */
export type Clock = () => number;

/**
 * Milliseconds that a completion time may be ahead of the clock, because clocks and time zones can be wrong.
 */
const MAX_AHEAD = DAY;
/** Milliseconds of ten years, which have two or three leap days. */
const MAX_LIFETIME = 3_653 * DAY;
/** Days of the shortest month. */
const SHORTEST_MONTH = 28;
const INSTANT_LENGTH = '2026-11-22T10:00:00.000Z'.length;
const FIRST_INSTANT = '1970-01-01T00:00:00.000Z';
/** The last millisecond of the year 9999, the last that RFC 3339 can represent. */
export const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const RFC_3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/;

const RFC_3339_RULE = 'must be an RFC 3339 time with offset, such as 2026-11-22T10:00:00Z';
const instantRule = rule(RFC_3339_RULE);
const completedAtRule = rule(`${RFC_3339_RULE}, from 1970 and at most 24 hours ahead of the server's clock`);

const expiresAtRule = rule(`${RFC_3339_RULE}, in the future and at most 10 years ahead`);

/** A stored time, as returned: UTC, to the millisecond. */
export const instantSchema = z.string().meta({ format: 'date-time' });

/** The completion time of a session. */
export function completedAtSchema(clock: Clock) {
  return rfc3339(completedAtRule, (time) => time >= 0 && time <= Math.min(clock() + MAX_AHEAD, LAST_INSTANT));
}

/** The time until which a credential is valid. */
export function expiresAtSchema(clock: Clock) {
  return rfc3339(expiresAtRule, (time) => time > clock() && time <= clock() + MAX_LIFETIME);
}

const anyTime = completedAtSchema(() => Number.MAX_SAFE_INTEGER);

/** A bound of a time range, clamped to the years of sessions, 1970 to 9999. */
export const boundSchema = rfc3339(instantRule, () => true);

function rfc3339(error: ReturnType<typeof rule>, accepts: (time: number) => boolean) {
  return z
    .string({ error })
    .regex(RFC_3339, { error, abort: true })
    .refine((text) => isRealDate(text) && accepts(parse(text)), { error, abort: true })
    .overwrite((text) => (isInstant(text) && text >= FIRST_INSTANT ? text : toInstant(parse(text))))
    .meta({ format: 'date-time' });
}

/**
 * Returns the milliseconds since 1970 of a completion time, without a limit for future times.
 *
 * @throws {StatsError} `invalid-request` with the fault of the parameter
 */
export function toMilliseconds(parameter: string, value: unknown): number {
  const result = anyTime.safeParse(value);
  if (result.success) return Date.parse(result.data);
  throw invalidRequest(result.error.issues.map((issue) => ({ parameter, detail: issue.message })));
}

/** Formats milliseconds since 1970, clamped to the years 1970 to 9999. */
export function toInstant(time: number): string {
  return new Date(Math.min(Math.max(time, 0), LAST_INSTANT)).toISOString();
}

/** True for the stored format, which needs no conversion; most imported times have it. */
function isInstant(text: string): boolean {
  return text.length === INSTANT_LENGTH && text.charAt(10) === 'T' && text.endsWith('Z');
}

/** Truncates to milliseconds first, because V8 misreads some longer fractions. */
function parse(text: string): number {
  if (isInstant(text)) return Date.parse(text);
  return Date.parse(text.toUpperCase().replace(/(\.[0-9]{3})[0-9]+/, '$1'));
}

/** Required because `Date.parse` reads February 30 as March 2. */
function isRealDate(text: string): boolean {
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (month >= 1 && month <= 12 && day >= 1 && day <= SHORTEST_MONTH) return true;
  const year = Number(text.slice(0, 4));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
