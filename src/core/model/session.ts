import * as z from 'zod';
import { courseIdSchema, sessionIdSchema } from './ids.js';
import { document, integer } from './rules.js';
import { scoreSchema } from './score.js';
import { completedAtSchema, instantSchema, type Clock } from './time.js';

/** A 32-bit integer: 24 days. A clock value sent by mistake is far beyond. */
const MAX_TIME_STUDIED = 2_147_483_647;
const MAX_MODULES = 100_000;

const modulesSchema = integer(0, MAX_MODULES).describe('How many modules were studied in the session.');
const averageScoreSchema = scoreSchema.describe(
  'The average score over those modules, on any scale; rounded half up to 4 decimals.',
);
const timeStudiedSchema = integer(0, MAX_TIME_STUDIED).describe(
  'How long the session took, in milliseconds.',
);

/** What a session says, as it arrives: the body of a PUT. */
export const sessionContentSchema = (clock: Clock) =>
  document({
    totalModulesStudied: modulesSchema,
    averageScore: averageScoreSchema,
    timeStudied: timeStudiedSchema,
    completedAt: completedAtSchema(clock)
      .describe('When the session was completed; default: when the server first received it.')
      .optional(),
  });

/** A session as it arrives to be recorded: the body of a POST. */
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
  createdAt: instantSchema.describe('When the session was recorded.'),
  updatedAt: instantSchema.describe('When its content last changed.'),
});

export type SessionContent = z.output<ReturnType<typeof sessionContentSchema>>;
export type NewSession = z.output<ReturnType<typeof newSessionSchema>>;
export type Session = z.output<typeof sessionSchema>;
