import { StatsError, type Fault } from './errors.js';
import { newSessionId, type CourseId, type SessionId } from './model/ids.js';
import type { Taken } from './store/commands/courses.js';
import type { Refusal } from './store/driver-fault.js';

export function courseNotFound(courseId: CourseId): StatsError {
  return new StatsError('course-not-found', `There is no course ${courseId}.`, {
    faults: [{ parameter: 'courseId', detail: 'must be the id of a course that exists' }],
  });
}

/** Also where the session belongs to another user or course: nobody learns of another's session. */
export function sessionNotFound(sessionId: SessionId): StatsError {
  return new StatsError('session-not-found', `The user has no session ${sessionId} in this course.`, {
    faults: [
      { parameter: 'sessionId', detail: "must be the id of one of the user's sessions in the course" },
    ],
  });
}

export function sessionConflict(sessionId: SessionId): StatsError {
  return new StatsError(
    'session-conflict',
    `Session ${sessionId} was recorded before with other content; nothing was changed.`,
    { faults: [{ pointer: '/sessionId', detail: 'must be new, or come with the content that is stored' }] },
  );
}

export function taken({ courseId, name }: Taken): StatsError {
  const faults: Fault[] = [];
  if (courseId) faults.push({ pointer: '/courseId', detail: 'must not be the id of a course that exists' });
  if (name) faults.push({ pointer: '/name', detail: 'must not be the name of another course' });
  return courseId
    ? new StatsError('course-id-taken', 'A course with this id exists; nothing was changed.', { faults })
    : new StatsError('course-name-taken', 'Another course has this name; nothing was changed.', { faults });
}

export function refused(refusal: Refusal, courseId: CourseId): StatsError {
  return refusal === 'course-not-found' ? courseNotFound(courseId) : totalOutOfRange();
}

export function totalOutOfRange(): StatsError {
  return new StatsError(
    'total-out-of-range',
    "With this session the learner's totals in the course would exceed what can be summed exactly; nothing was changed.",
    {
      faults: [
        {
          pointer: '',
          detail: 'must keep the totals within 64 bits, and those of modules and time below 2^53',
        },
      ],
    },
  );
}

export function schemaOutdated(pending: readonly string[]): StatsError {
  return new StatsError(
    'schema-outdated',
    `The database schema is not current (${pending.join(', ')} pending); run "stats-service migrate up".`,
  );
}

/**
 * Records a session so that the call can be repeated whatever becomes of it: where the caller has sent no id, an
 * error that leaves open whether the session was recorded tells the one to repeat it with.
 *
 * @throws {StatsError} that of the work; `unavailable` ones with the id as a fault of `/sessionId`
 */
export function repeatable<T>(
  sent: SessionId | undefined,
  record: (sessionId: SessionId) => Promise<T>,
): Promise<T> {
  return sent === undefined ? recordAs(newSessionId(), record) : record(sent);
}

async function recordAs<T>(sessionId: SessionId, record: (sessionId: SessionId) => Promise<T>): Promise<T> {
  try {
    return await record(sessionId);
  } catch (error) {
    if (!(error instanceof StatsError) || error.kind !== 'unavailable') throw error;
    throw new StatsError(error.code, error.message, {
      faults: [{ pointer: '/sessionId', detail: `must be ${sessionId} when the call is repeated` }],
      cause: error.cause,
    });
  }
}
