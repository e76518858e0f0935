/** Type tests, which are compiled but not run. */
import { toCourseId, toUserId, type SessionId, type Stats } from '../../src/core/index.js';

const userId = toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81');
const courseId = toCourseId('7384c218-7413-5439-8a53-127d6e177480');

export function misuse(stats: Stats, sessionId: SessionId): void {
  const sessionKey = { userId, courseId, sessionId };
  void stats.getSession(sessionKey);
  void stats.getStats({ userId, courseId });
  // @ts-expect-error A course id is not a user id.
  void stats.getStats({ userId: courseId, courseId });
  // @ts-expect-error A user id is not a course id.
  void stats.getStats({ userId, courseId: userId });
  // @ts-expect-error An unchecked string is not an id.
  void stats.getStats({ userId: '7c7b7d42-ff2f-57e0-b43e-bdac13420b81', courseId });
  // @ts-expect-error A session id is not a course id.
  void stats.getSession({ userId, courseId: sessionId, sessionId });
  // @ts-expect-error A session key has more fields than a learner key.
  void stats.getStats(sessionKey);
  // @ts-expect-error A misspelt field is an error.
  void stats.listSessions({ userId, courseId, form: '2026-01-01T00:00:00Z' });
  // @ts-expect-error A missing field is an error.
  void stats.recordSession({ userId, courseId, session: { totalModulesStudied: 1, averageScore: 1 } });
}
