import * as z from 'zod';
import { DAY, instantSchema } from './time.js';
import { integer } from './validation.js';

const MAX_INACTIVE_AFTER = 365;
export const DEFAULT_INACTIVE_AFTER = 14;

/** The statuses of a learner in a course, in the order of a course's life. */
export const STATUSES = ['not-started', 'active', 'inactive', 'completed'] as const;
export type LearnerStatus = (typeof STATUSES)[number];

export const inactiveAfterSchema = integer(1, MAX_INACTIVE_AFTER, 'days')
  .default(DEFAULT_INACTIVE_AFTER)
  .describe('Days without a session after which a learner is inactive.');

export const statusSchema = z
  .enum(STATUSES)
  .describe(
    '`not-started`: no session. `completed`: `progress` is 1. `inactive`: the last session was completed more than `inactiveAfter` days before `asOf`. Otherwise `active`.',
  );

export const statusRuleSchema = z.object({
  inactiveAfter: z.int().describe('Days without a session after which a learner is inactive.'),
  asOf: instantSchema.describe('The time at which the statuses apply.'),
});

/** The rule of the statuses in an answer. */
export interface StatusRule {
  /** Days without a session after which a learner is inactive. */
  readonly inactiveAfter: number;
  /** The time at which the statuses apply: UTC, such as `2026-11-22T10:00:00.000Z`. */
  readonly asOf: string;
}

/** Returns the time before which the last session of an inactive learner was completed. */
export function inactiveBefore({ inactiveAfter, asOf }: StatusRule): string {
  return new Date(Date.parse(asOf) - inactiveAfter * DAY).toISOString();
}

/** Returns the time after which a learner with this last session is inactive. */
export function inactiveSince({
  lastCompletedAt,
  inactiveAfter,
}: {
  readonly lastCompletedAt: string;
  readonly inactiveAfter: number;
}): string {
  return new Date(Date.parse(lastCompletedAt) + inactiveAfter * DAY).toISOString();
}

/** The figures of a learner that determine the status. */
interface StatusFigures {
  readonly progress: number | null;
  /** `null` without sessions. */
  readonly lastCompletedAt: string | null;
}

export function statusOf({ progress, lastCompletedAt }: StatusFigures, rule: StatusRule): LearnerStatus {
  if (lastCompletedAt === null) return 'not-started';
  if (progress === 1) return 'completed';
  return lastCompletedAt < inactiveBefore(rule) ? 'inactive' : 'active';
}
