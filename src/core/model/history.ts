import * as z from 'zod';
import { averageScore, type Sums } from './lifetime.js';
import { rule } from './validation.js';
import { toInstant } from './time.js';

/** Names that Node.js accepts although they are not in the IANA database. */
const ICU_NAME = /^(AC|AE|AG|AR|AS|BE|BS|CA|CN|CS|CT|EA|EC|IE|IS|JS|MI|NE|NS|PL|PN|PR|PS|SS|VS)T$/i;

const error = rule('must be the name of an IANA time zone, such as Europe/London');

const intervalNameSchema = z.enum(['day', 'week', 'month'], { error: rule('must be day, week or month') });
export type IntervalName = z.output<typeof intervalNameSchema>;
export const intervalSchema = intervalNameSchema.default('week').describe('Weeks begin on Monday.');

/** Offsets are rejected because they have no daylight saving time. */
export const timeZoneSchema = z
  .string({ error })
  .refine((name) => /^[A-Za-z]/.test(name) && !ICU_NAME.test(name) && isTimeZone(name), { error })
  .default('UTC')
  .describe('The IANA time zone of the days.');

export const historyItemSchema = z.object({
  start: z
    .string()
    .meta({ format: 'date-time', description: "The start of the interval, with the zone's offset." }),
  sessionCount: z.int().min(0),
  totalModulesStudied: z.int().min(0),
  averageScore: z.number().min(0).nullable(),
  timeStudied: z.int().min(0),
});

export const historySchema = z.object({
  interval: intervalNameSchema,
  timeZone: z.string(),
  items: z.array(historyItemSchema).describe('Oldest first; empty intervals are included.'),
});

/** The stats of the sessions that were completed in one interval. */
export interface HistoryItem {
  /** The start of the interval: RFC 3339 with the zone's offset. */
  readonly start: string;
  readonly sessionCount: number;
  readonly totalModulesStudied: number;
  /** Weighted by modules, over the sessions that have a score; `null` if they have no modules. */
  readonly averageScore: number | null;
  /** Milliseconds. */
  readonly timeStudied: number;
}

export interface History {
  readonly interval: IntervalName;
  readonly timeZone: string;
  /** Oldest first; empty intervals are included. */
  readonly items: readonly HistoryItem[];
}

/** A time range in UTC, without its end. */
export interface TimeRange {
  readonly start: string;
  readonly end: string;
}

/**
 * Returns the time range of a history, or `undefined` if it is empty. The bounds default to the first session
 * and to just after the last one.
 */
export function historyRange(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  { first, last }: SessionBounds,
): TimeRange | undefined {
  const start = from ?? first;
  const end = to ?? (last === undefined ? undefined : toInstant(Date.parse(last) + 1));
  return start !== undefined && end !== undefined && start < end ? { start, end } : undefined;
}

/** The completion times of the first and the last session: of a learner in a course, or of a course. */
export interface SessionBounds {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
}

export function toHistoryItem(start: string, sums: Sums | undefined): HistoryItem {
  return {
    start,
    sessionCount: sums?.sessionCount ?? 0,
    totalModulesStudied: sums?.totalModulesStudied ?? 0,
    averageScore: sums ? averageScore(sums) : null,
    timeStudied: sums?.timeStudied ?? 0,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
