import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import * as z from 'zod';
import type { Fault } from '../errors.js';
import { invalidRequest, rule } from './validation.js';

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const error = rule('must be a UUID: 8-4-4-4-12 hexadecimal digits');

/** A UUID of any version and case; converted to lower case. */
const uuid = () => z.string({ error }).regex(UUID, { error }).toLowerCase();

export const userIdSchema = uuid().brand<'UserId'>();
export const courseIdSchema = uuid().brand<'CourseId'>();
export const sessionIdSchema = uuid().brand<'SessionId'>();

/** A learner's id: a UUID in lower case, made by {@link toUserId}. */
export type UserId = z.output<typeof userIdSchema>;
/** A course's id: a UUID in lower case, made by {@link toCourseId}. */
export type CourseId = z.output<typeof courseIdSchema>;
/**
 * A session's id, unique within its learner and course: a UUID in lower case, made by {@link toSessionId}.
 */
export type SessionId = z.output<typeof sessionIdSchema>;

/** True for a UUID, in upper or lower case. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/** The namespace of derived ids, unless another is configured. It must never change. */
export const ID_NAMESPACE = 'd61bc6e4-cb93-4df3-9bc1-b90793dfcd2f';

/**
 * Returns an id for any text, such as the number of an account: a UUID itself, in lower case, and the UUID version 5
 * (RFC 9562, section 5.5) of any other text. The same text always has the same id, so that a platform, an import and
 * a gateway agree without a table of ids.
 *
 * @param namespace a UUID of your own, if ids must not be guessed from the text
 *
 * @example
 * const userId = toUserId(deriveId('learner-4711'));
 * console.log(userId); // 2d217c10-347f-590b-a61c-d8f403f752fd
 *
 * @throws {StatsError} `invalid-request` if the text is empty or not well-formed Unicode, or the namespace is not a UUID
 */
export function deriveId(text: string, namespace: string = ID_NAMESPACE): string {
  if (isId(text)) return text.toLowerCase();
  const faults: Fault[] = [];
  if (text === '' || !text.isWellFormed()) {
    const detail = rule('must be text that is not empty, without half a surrogate pair')({ input: text });
    faults.push({ parameter: 'text', detail });
  }
  if (!isId(namespace)) faults.push({ parameter: 'namespace', detail: error({ input: namespace }) });
  if (faults.length > 0) throw invalidRequest(faults);
  return uuidV5(text, namespace);
}

/**
 * Validates a learner's id.
 *
 * @example
 * const userId = toUserId('7C7B7D42-FF2F-57E0-B43E-BDAC13420B81');
 * console.log(userId); // 7c7b7d42-ff2f-57e0-b43e-bdac13420b81
 *
 * @throws {StatsError} `invalid-request` if the text is not a UUID.
 */
export function toUserId(text: string): UserId {
  return toId(userIdSchema, 'userId', text);
}

/**
 * Validates a course's id.
 *
 * @throws {StatsError} `invalid-request` if the text is not a UUID.
 */
export function toCourseId(text: string): CourseId {
  return toId(courseIdSchema, 'courseId', text);
}

/**
 * Validates a session's id.
 *
 * @throws {StatsError} `invalid-request` if the text is not a UUID.
 */
export function toSessionId(text: string): SessionId {
  return toId(sessionIdSchema, 'sessionId', text);
}

/**
 * Creates a UUID version 7 (RFC 9562), which is ordered by time, so that new rows are adjacent in the index.
 */
export function newCourseId(): CourseId {
  return toCourseId(uuidV7());
}

/** Creates a UUID version 7 (RFC 9562). */
export function newSessionId(): SessionId {
  return toSessionId(uuidV7());
}

function toId<Schema extends z.ZodType>(schema: Schema, parameter: string, text: string): z.output<Schema> {
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  throw invalidRequest(result.error.issues.map((issue) => ({ parameter, detail: issue.message })));
}
