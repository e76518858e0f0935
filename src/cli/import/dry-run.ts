import { StatsError } from '../../core/errors.js';
import type { Session, StatsCalls, Unchecked } from '../../core/index.js';
import { callSchemas } from '../../core/model/calls.js';
import { parseCall } from '../../core/model/faults.js';
import { newSessionId } from '../../core/model/ids.js';
import type { ImportOptions } from './options.js';
import type { SessionCall } from './session-call.js';
import type { LineOutcome } from './tally.js';

interface Options extends Pick<ImportOptions, 'onConflict'> {
  readonly createCourses: boolean;
}

const schemas = callSchemas(Date.now);

/** Tells what recording a session would do: it is checked and looked for, and nothing is changed. */
export function recordDry(
  stats: Unchecked<StatsCalls>,
  { onConflict, createCourses }: Options,
): (call: SessionCall) => Promise<LineOutcome> {
  return async (call) => {
    const { userId, courseId, session } = parseCall(schemas.recordSession, call);
    const { sessionId = newSessionId() } = session;
    try {
      const stored = await stats.getSession({ userId, courseId, sessionId });
      if (saysTheSame(stored, session)) return 'replayed';
    } catch (error) {
      const code = error instanceof StatsError ? error.code : undefined;
      if (code === 'session-not-found' || (code === 'course-not-found' && createCourses)) return 'created';
      throw error;
    }
    if (onConflict === 'replace') return 'replaced';
    throw new StatsError('session-conflict', `Session ${sessionId} is there with other content.`);
  };
}

function saysTheSame(
  stored: Session,
  session: { readonly [Name in keyof Session]?: Session[Name] | undefined },
): boolean {
  const { totalModulesStudied, averageScore, timeStudied, completedAt, moduleIds = [] } = session;
  return (
    stored.totalModulesStudied === totalModulesStudied &&
    stored.averageScore === averageScore &&
    stored.timeStudied === timeStudied &&
    (completedAt === undefined || stored.completedAt === completedAt) &&
    stored.moduleIds.join(';') === moduleIds.join(';')
  );
}
