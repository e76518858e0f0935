import type { Legacy } from '../../../core/index.js';
import type { Entry } from './entry.js';

/**
 * Reads the sessions of the previous service.
 *
 * @param onRead receives the number of sessions in each group
 */
export async function* readLegacy(
  legacy: Legacy,
  onRead: (sessions: number) => void,
): AsyncGenerator<readonly Entry[]> {
  let line = 0;
  for await (const sessions of legacy.sessions()) {
    yield sessions.map((session) => ({
      line: ++line,
      label: `session ${session.sessionId}`,
      values: withoutNulls(session),
      size: 0,
    }));
    onRead(sessions.length);
  }
}

/** The previous service allowed null in every field. Here only the score may be null. */
function withoutNulls(session: object): Record<string, unknown> {
  const entries = Object.entries(session);
  return Object.fromEntries(entries.filter(([field, value]) => value !== null || field === 'averageScore'));
}
