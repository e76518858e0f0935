import * as z from 'zod';
import { rule } from './validation.js';

/** Days in the items by default: 53 weeks, enough for a calendar of a year in whole weeks. */
export const DEFAULT_DAYS = 371;
/** Maximum number of days between `from` and `to`. */
export const MAX_DAYS = 1_000;

const dayStartRule = rule('must be a time of day from 00:00 to 06:00, such as 04:00');

export const dayStartSchema = z
  .string({ error: dayStartRule })
  .regex(/^(0[0-5]:[0-5][0-9]|06:00)$/, { error: dayStartRule })
  .default('00:00')
  .describe('The time of the zone at which a day starts, from 00:00 to 06:00.');

const count = () => z.int().min(0);

export const activityDaySchema = z.object({
  date: z.string().meta({ format: 'date' }),
  sessionCount: z.int().min(1),
  totalModulesStudied: count(),
  timeStudied: count(),
});

export const learnerActivitySchema = z.object({
  timeZone: z.string(),
  dayStart: z.string(),
  currentStreak: count().describe('The days of the streak that ends today or yesterday, else 0.'),
  longestStreak: count().describe('The days of the longest streak of all time.'),
  activeDays: count().describe('The number of days with a session of all time.'),
  items: z.array(activityDaySchema).describe('The days with a session, oldest first.'),
});

/** The sessions of one day, across all courses. */
export interface ActivityDay {
  /** Such as `2026-11-22`. */
  readonly date: string;
  readonly sessionCount: number;
  readonly totalModulesStudied: number;
  /** Milliseconds. */
  readonly timeStudied: number;
}

/** The days on which a learner has studied, across all courses, up to today. */
export interface LearnerActivity {
  readonly timeZone: string;
  /** The time of the zone at which a day starts. */
  readonly dayStart: string;
  /** The length of the run of days with a session that ends today or yesterday; otherwise 0. */
  readonly currentStreak: number;
  /** The length of the longest run of all time. */
  readonly longestStreak: number;
  /** The number of days with a session of all time. */
  readonly activeDays: number;
  /** The days with a session, oldest first. */
  readonly items: readonly ActivityDay[];
}

/** A day with a session. Its position counts the days of the zone, so consecutive days have consecutive positions. */
export interface DaySums extends Omit<ActivityDay, 'date'> {
  readonly day: number;
}

/**
 * Computes streaks from days, and selects the days that have a session in the requested range.
 *
 * @param days in ascending order, up to today
 */
export function toLearnerActivity(
  days: readonly DaySums[],
  calendar: { readonly today: number; dateAt(position: number): string },
): Omit<LearnerActivity, 'timeZone' | 'dayStart'> {
  let run = 0;
  let longestStreak = 0;
  let previous: number | undefined;
  for (const { day } of days) {
    run = previous === day - 1 ? run + 1 : 1;
    longestStreak = Math.max(longestStreak, run);
    previous = day;
  }
  return {
    currentStreak: previous !== undefined && previous >= calendar.today - 1 ? run : 0,
    longestStreak,
    activeDays: days.length,
    items: days
      .filter(({ sessionCount }) => sessionCount > 0)
      .map(({ day, ...sums }) => ({ date: calendar.dateAt(day), ...sums })),
  };
}
