import * as z from 'zod';
import { averageScore, type Totals } from './lifetime.js';
import { rule } from './rules.js';
import { toInstant } from './time.js';

/** Names that the platform takes, though they are not in the IANA database. */
const ICU_NAME = /^(AC|AE|AG|AR|AS|BE|BS|CA|CN|CS|CT|EA|EC|IE|IS|JS|MI|NE|NS|PL|PN|PR|PS|SS|VS)T$/i;

const error = rule('must be the name of an IANA time zone, such as Europe/London');

export const intervalSchema = z
  .enum(['day', 'week', 'month'], { error: rule('must be day, week or month') })
  .describe('Weeks begin on Monday.');
export type IntervalName = z.output<typeof intervalSchema>;

/** An IANA name: an offset alone knows no daylight saving. */
export const timeZoneSchema = z
  .string({ error })
  .refine((name) => /^[A-Za-z]/.test(name) && !ICU_NAME.test(name) && isTimeZone(name), { error })
  .default('UTC')
  .describe('The IANA time zone whose days are meant.');

const historyItemSchema = z.object({
  start: z
    .string()
    .meta({ format: 'date-time', description: "When the interval begins, with the zone's offset." }),
  sessionCount: z.int().min(0),
  totalModulesStudied: z.int().min(0),
  averageScore: z.number().min(0).nullable(),
  timeStudied: z.int().min(0),
});

export const historySchema = z.object({
  interval: intervalSchema,
  timeZone: z.string(),
  items: z.array(historyItemSchema).describe('From the oldest on; empty intervals are included.'),
});

/** The stats of the sessions that were completed in one interval. */
export interface HistoryItem {
  /** When the interval begins: RFC 3339 with the zone's offset. */
  readonly start: string;
  readonly sessionCount: number;
  readonly totalModulesStudied: number;
  /** Weighted by modules; `null` where none were studied. */
  readonly averageScore: number | null;
  /** Milliseconds. */
  readonly timeStudied: number;
}

export interface History {
  readonly interval: IntervalName;
  readonly timeZone: string;
  /** From the oldest on; empty intervals are included. */
  readonly items: readonly HistoryItem[];
}

export type IntervalTotals = Pick<
  Totals,
  'sessionCount' | 'totalModulesStudied' | 'weightedScoreUnits' | 'timeStudied'
>;

/** A stretch of time, the end excluded: UTC, as it is stored. */
export interface Stretch {
  readonly start: string;
  readonly end: string;
}

/** From the first session to the last, or what is asked for; `undefined` where there is nothing to show. */
export function timeToShow(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  totals: Pick<Totals, 'firstCompletedAt' | 'lastCompletedAt'> | undefined,
): Stretch | undefined {
  const start = from ?? totals?.firstCompletedAt;
  const end = to ?? (totals && justAfter(totals.lastCompletedAt));
  return start !== undefined && end !== undefined && start < end ? { start, end } : undefined;
}

function justAfter(instant: string): string {
  return toInstant(Date.parse(instant) + 1);
}

export function toHistoryItem(start: string, totals: IntervalTotals | undefined): HistoryItem {
  return {
    start,
    sessionCount: totals?.sessionCount ?? 0,
    totalModulesStudied: totals?.totalModulesStudied ?? 0,
    averageScore: totals ? averageScore(totals) : null,
    timeStudied: totals?.timeStudied ?? 0,
  };
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
