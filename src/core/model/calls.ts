import * as z from 'zod';
import type { LearnerSession } from '../api.js';
import { StatsError } from '../errors.js';
import { courseContentSchema, newCourseSchema, nameSchema } from './course.js';
import { inactiveAfterSchema } from './course-status.js';
import { enrolmentContentSchema } from './enrolment.js';
import { intervalSchema, timeZoneSchema } from './history.js';
import { courseIdSchema, newSessionId, sessionIdSchema, userIdSchema, type SessionId } from './ids.js';
import { dayStartSchema } from './learner-activity.js';
import { cursorSchema, limitSchema } from './pagination.js';
import { checkCursor, rosterQuery } from './roster.js';
import { document, grouped, parseCall, rule } from './validation.js';
import { newSessionSchema, sessionContentSchema } from './session.js';
import { boundSchema, type Clock } from './time.js';

/** Maximum number of sessions per call of `recordSessions`. */
export const MAX_BATCH = 1_000;
const batchRule = rule(`must be a list of at most ${grouped(MAX_BATCH)} sessions`);

/** The schemas of the arguments by call, which the library and the OpenAPI document share. */
export function callSchemas(clock: Clock) {
  const learner = { userId: userIdSchema, courseId: courseIdSchema };
  const session = { ...learner, sessionId: sessionIdSchema };
  const range = {
    from: boundSchema.describe('Only sessions completed at or after this time.').optional(),
    to: boundSchema.describe('Only sessions completed before this time.').optional(),
  };
  return {
    addCourse: z.strictObject({ course: newCourseSchema }),
    setCourse: z.strictObject({ courseId: courseIdSchema, course: courseContentSchema }),
    getCourse: z.strictObject({ courseId: courseIdSchema }),
    deleteCourse: z.strictObject({ courseId: courseIdSchema }),
    listCourses: z.strictObject({
      courseId: courseIdSchema.describe('Only the course with this id.').optional(),
      limit: limitSchema,
      cursor: cursorSchema(z.tuple([nameSchema])).optional(),
    }),
    enrolLearner: z.strictObject({ ...learner, enrolment: enrolmentContentSchema }),
    unenrolLearner: z.strictObject(learner),
    listLearners: z.strictObject({ courseId: courseIdSchema, ...rosterQuery }).check(checkCursor),
    getLearner: z.strictObject({ ...learner, inactiveAfter: inactiveAfterSchema }),
    getSummary: z.strictObject({ courseId: courseIdSchema, inactiveAfter: inactiveAfterSchema }),
    getCourseActivity: z.strictObject({
      courseId: courseIdSchema,
      interval: intervalSchema,
      timeZone: timeZoneSchema,
      ...range,
    }),
    recordSession: z.strictObject({ ...learner, session: newSessionSchema(clock) }),
    recordSessions: z.strictObject({ sessions: batchOf(z.unknown()) }),
    putSession: z.strictObject({ ...session, session: sessionContentSchema(clock) }),
    getSession: z.strictObject(session),
    deleteSession: z.strictObject(session),
    listSessions: z.strictObject({
      ...learner,
      ...range,
      limit: limitSchema,
      cursor: cursorSchema(z.tuple([boundSchema, sessionIdSchema])).optional(),
    }),
    getStats: z.strictObject(learner),
    getHistory: z.strictObject({
      ...learner,
      interval: intervalSchema,
      timeZone: timeZoneSchema,
      ...range,
    }),
    getLearnerActivity: z.strictObject({
      userId: userIdSchema,
      timeZone: timeZoneSchema,
      dayStart: dayStartSchema,
      ...range,
    }),
    listStudiedCourses: z.strictObject({
      userId: userIdSchema,
      limit: limitSchema,
      cursor: cursorSchema(z.tuple([nameSchema])).optional(),
    }),
    eraseUser: z.strictObject({ userId: userIdSchema }),
  };
}

/** The schema of a body that has the arguments of `recordSessions`. */
export const batchSchema = z.strictObject({ body: document({ sessions: batchOf(z.unknown()) }) });

export function batchOf<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: batchRule }).max(MAX_BATCH, { error: batchRule });
}

/**
 * The schema of one session of a batch. Sessions are validated one by one, so that an invalid one does not
 * fail the others. Faults have JSON Pointers into the session.
 */
export function batchedSessionSchema(clock: Clock) {
  return z.strictObject({
    session: document({
      userId: userIdSchema,
      courseId: courseIdSchema,
      ...newSessionSchema(clock).shape,
    }),
  });
}

/**
 * Creates a function that validates a session as `recordSessions` does, without a database. It returns the
 * session as it would be recorded: ids in lower case, times in UTC, scores rounded. It throws
 * `invalid-request` with every fault.
 */
export function sessionChecker(clock: Clock): (session: unknown) => LearnerSession {
  const schema = batchedSessionSchema(clock);
  return (session) => parseCall(schema, { session }).session;
}

export type CallSchemas = ReturnType<typeof callSchemas>;
/** The validated arguments of a call. */
export type Call<Name extends keyof CallSchemas> = z.output<CallSchemas[Name]>;

/**
 * Runs `record` with the sent id or a new one. If the outcome of a new id is unknown, the error names the id,
 * so that the caller can repeat the call safely.
 *
 * @throws {StatsError} the error of `record`; one of kind `unavailable` has the id as a fault of `/sessionId`
 */
export async function withRepeatableId<T>(
  sent: SessionId | undefined,
  record: (sessionId: SessionId) => Promise<T>,
): Promise<T> {
  if (sent !== undefined) return record(sent);
  const sessionId = newSessionId();
  try {
    return await record(sessionId);
  } catch (error) {
    throw withIdToRepeat(sessionId, error);
  }
}

/** Adds the id of a session whose outcome is unknown, so that the caller can repeat the call safely. */
export function withIdToRepeat(sessionId: SessionId, error: unknown): unknown {
  if (!(error instanceof StatsError) || error.kind !== 'unavailable') return error;
  return new StatsError(error.code, error.message, {
    faults: [{ pointer: '/sessionId', detail: `must be ${sessionId} when the call is repeated` }],
    cause: error.cause,
    retryAfter: error.retryAfter,
  });
}
