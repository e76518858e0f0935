import { v5 as uuidV5 } from 'uuid';
import { StatsError } from '../../core/errors.js';
import { callSchemas } from '../../core/model/calls.js';
import { parseCall } from '../../core/model/faults.js';
import { newSessionId } from '../../core/model/ids.js';
import { boundSchema } from '../../core/model/time.js';
import { faultsOf, type LineFault, type Values } from './reading.js';

/** The namespace of ids that are derived; any would do, as long as it never changes. */
const DERIVED = '5f2c3b0e-52a4-5d0b-9a3e-8c1f4f6f6d4e';

const CALLS = callSchemas(Date.now);

/** The arguments of the call that records what a line says. */
export interface SessionCall {
  readonly userId: unknown;
  readonly courseId: unknown;
  readonly session: Values;
}

/**
 * @param newIds whether a session that nothing identifies is taken, as a new one each time
 * @returns faults where the line does not say which session it is
 */
export function toSessionCall(values: Values, newIds: boolean): SessionCall | readonly LineFault[] {
  const { userId, courseId, ...session } = values;
  if (session['sessionId'] !== undefined) return { userId, courseId, session };
  // Once for all attempts to record it.
  const sessionId =
    derivedId(userId, courseId, session['completedAt']) ?? (newIds ? newSessionId() : undefined);
  if (sessionId !== undefined) return { userId, courseId, session: { ...session, sessionId } };
  const rule = 'is required where completedAt is missing too, or each import would add the session anew';
  const others = faultsBesides({ userId, courseId, session: { ...session, sessionId: newSessionId() } });
  return [{ field: 'sessionId', rule: `${rule}; --new-ids wants that` }, ...others];
}

/** What else is wrong, so that one look at the line is enough to mend it. */
function faultsBesides(call: SessionCall): readonly LineFault[] {
  try {
    checkCall(call);
    return [];
  } catch (error) {
    if (error instanceof StatsError) return faultsOf(error);
    throw error;
  }
}

/** @throws {StatsError} what is wrong with it, as far as that can be known without a database */
export function checkCall(call: SessionCall) {
  return parseCall(CALLS.recordSession, call);
}

/** As a line would say it. */
export function valuesOf({ userId, courseId, session }: SessionCall): Values {
  return { userId, courseId, ...session };
}

/** The same for all lines of one session. */
export function sessionName({ userId, courseId, session }: SessionCall): string {
  return `${textOf(userId)} ${textOf(courseId)} ${textOf(session['sessionId'])}`.toLowerCase();
}

/** Of a value that may be of any type: what is no text is no id, and refused elsewhere. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * A learner completes one session of a course at a time: UUID version 5 (RFC 9562) of the three, so that a second
 * import finds what the first has recorded. However the same time and ids are written, the id is the same.
 */
function derivedId(userId: unknown, courseId: unknown, completedAt: unknown): string | undefined {
  if (completedAt === undefined) return undefined;
  // The rule of a completion asks our clock, and an id must not change with that.
  const parsed = boundSchema.safeParse(completedAt);
  // What is no time is refused where it is recorded.
  const instant = parsed.success ? parsed.data : textOf(completedAt);
  return uuidV5(`${textOf(userId)} ${textOf(courseId)} ${instant}`.toLowerCase(), DERIVED);
}
