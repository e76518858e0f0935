import { StatsError } from '../../core/errors.js';
import type { SessionContent, StatsCalls, Unchecked } from '../../core/index.js';
import { newSessionId } from '../../core/model/ids.js';
import { saysTheSame, toSessionRow } from '../../core/store/rows.js';
import type { ImportOptions } from './options.js';
import { checkCall, type SessionCall } from './session-call.js';
import type { LineOutcome } from './verdict.js';

interface Options extends Pick<ImportOptions, 'onConflict'> {
  readonly createCourses: boolean;
}

/** Tells what recording a session would do: it is checked and looked for, and nothing is changed. */
export function recordDry(
  stats: Unchecked<StatsCalls>,
  { onConflict, createCourses }: Options,
): (call: SessionCall) => Promise<LineOutcome> {
  return async (call) => {
    const { userId, courseId, session } = checkCall(call);
    const { sessionId = newSessionId() } = session;
    const key = { userId, courseId, sessionId };
    try {
      const stored = await stats.getSession(key);
      const rowOf = (content: SessionContent) => toSessionRow(key, content, stored.updatedAt);
      if (saysTheSame(rowOf(stored), rowOf(session), session.completedAt !== undefined)) return 'replayed';
    } catch (error) {
      const code = error instanceof StatsError ? error.code : undefined;
      if (code === 'session-not-found' || (code === 'course-not-found' && createCourses)) return 'created';
      throw error;
    }
    if (onConflict === 'replace') return 'replaced';
    throw new StatsError('session-conflict', `Session ${sessionId} is there with other content.`);
  };
}
