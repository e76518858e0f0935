import { parseDuration } from './duration.js';
import { UsageError, withValue } from './errors.js';

const PLAIN_DATE = /^\d{4}-\d{2}-\d{2}$/;
const RULE = 'must be a duration such as 90d, a date such as 2027-01-31, or an RFC 3339 time';
/** The largest time that RFC 3339 can represent, which is rejected later, as every time that is too far ahead. */
const LAST = Date.UTC(9999, 11, 31);

/**
 * Returns the RFC 3339 time of a duration from now, of the start of a date in UTC, or of such a time.
 *
 * @throws {UsageError} for other text; the time itself is checked later
 */
export function readExpiry(text: string, now: number): string {
  if (PLAIN_DATE.test(text)) return `${text}T00:00:00Z`;
  if (text.includes(':')) return text;
  const duration = /^\d*$/.test(text) ? undefined : parseDuration(text);
  if (duration === undefined) throw new UsageError(`--expires ${withValue(text, RULE)}`);
  return new Date(Math.min(now + duration, LAST)).toISOString();
}
