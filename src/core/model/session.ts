import * as z from 'zod';
import {
  courseIdSchema,
  sessionIdSchema,
  userIdSchema,
  type CourseId,
  type SessionId,
  type UserId,
} from './ids.js';
import { moduleIdsSchema } from './modules.js';
import { document, integer } from './validation.js';
import { scoreSchema } from './score.js';
import { boundSchema, completedAtSchema, instantSchema, type Clock } from './time.js';

/** Milliseconds: 11.5 days. A clock value sent by mistake, in seconds or milliseconds, is larger. */
export const MAX_TIME_STUDIED = 1_000_000_000;
export const MAX_MODULES = 100_000;

const modulesSchema = integer(0, MAX_MODULES).describe('How many modules were studied in the session.');
const averageScoreSchema = scoreSchema.describe(
  'The average score over those modules, on any scale; rounded half up to 4 decimals. Null: studied, but not scored.',
);
const timeStudiedSchema = integer(0, MAX_TIME_STUDIED).describe(
  'How long the session took, in milliseconds.',
);

/** The content of a session in a request: the body of a PUT. */
export const sessionContentSchema = (clock: Clock) =>
  document({
    totalModulesStudied: modulesSchema,
    averageScore: averageScoreSchema,
    timeStudied: timeStudiedSchema,
    completedAt: completedAtSchema(clock)
      .describe('When the session was completed; default: when the server first received it.')
      .optional(),
    moduleIds: moduleIdsSchema.describe('The modules that were studied, as a set; default: none.').optional(),
  });

/** A session to be recorded, in a request: the body of a POST. */
export const newSessionSchema = (clock: Clock) =>
  document({
    sessionId: sessionIdSchema.describe('Default: made by the server.').optional(),
    ...sessionContentSchema(clock).shape,
  });

/** A session as it is stored and returned. */
export const sessionSchema = z.object({
  sessionId: sessionIdSchema,
  courseId: courseIdSchema,
  totalModulesStudied: modulesSchema,
  averageScore: averageScoreSchema,
  timeStudied: timeStudiedSchema,
  completedAt: instantSchema.describe('When the session was completed.'),
  moduleIds: z.array(z.string()).describe('The modules that were studied, sorted.'),
  createdAt: instantSchema.describe('When the session was recorded.'),
  updatedAt: instantSchema.describe('When its content last changed.'),
});

/** The content of a session. */
export interface SessionContent {
  /** How many modules were studied: an integer from 0 to 100,000. */
  readonly totalModulesStudied: number;
  /**
   * The average score over them, on any scale: 0 to 1,000,000, rounded half up to 4 decimals. `null`: studied, but not
   * scored.
   */
  readonly averageScore: number | null;
  /** Milliseconds: an integer from 0 to 1,000,000,000. */
  readonly timeStudied: number;
  /**
   * When the session was completed: RFC 3339 with offset, from 1970 and at most 24 hours ahead of the clock.
   * Default: when it was first received.
   */
  readonly completedAt?: string | undefined;
  /**
   * The modules that were studied, as a set: at most 1,000 ids, each of 1 to 128 visible ASCII characters
   * without `;`. Default: none.
   */
  readonly moduleIds?: readonly string[] | undefined;
}

/** A session to be recorded. */
export interface NewSession extends SessionContent {
  /** Default: a new one. Send one if the call may be repeated, so that the repeat does not count twice. */
  readonly sessionId?: SessionId | undefined;
}

/** A session as it is stored. Times are UTC, such as `2026-11-22T10:00:00.000Z`. */
export interface Session extends Required<SessionContent> {
  readonly sessionId: SessionId;
  readonly courseId: CourseId;
  readonly completedAt: string;
  /** Sorted. */
  readonly moduleIds: readonly string[];
  /** When the session was recorded. */
  readonly createdAt: string;
  /** When its content last changed. */
  readonly updatedAt: string;
}

export interface SessionRange {
  /** Only sessions completed at this time or later: RFC 3339 with offset. */
  readonly from?: string | undefined;
  /** Only sessions completed before this time: RFC 3339 with offset. */
  readonly to?: string | undefined;
}

/** A session in an export: its content without the times of its recording. */
export interface ExportedSession extends Omit<Session, 'createdAt' | 'updatedAt'> {
  readonly userId: UserId;
}

/** Selects the sessions of an export: those that match every given field. */
export interface ExportFilter extends SessionRange {
  readonly userId?: UserId | undefined;
  readonly courseId?: CourseId | undefined;
}

export const exportFilterSchema = z.strictObject({
  userId: userIdSchema.optional(),
  courseId: courseIdSchema.optional(),
  from: boundSchema.optional(),
  to: boundSchema.optional(),
});

/** The result of erasing a learner. */
export const erasureSchema = z.object({
  sessionsDeleted: z.int().min(0).describe('How many sessions the user had.'),
});
