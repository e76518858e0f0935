import { toCourseId, toSessionId, toUserId, type SessionContent } from '../../src/core/index.js';

export const newUserId = () => toUserId(crypto.randomUUID());
export const newCourseId = () => toCourseId(crypto.randomUUID());
export const newSessionId = () => toSessionId(crypto.randomUUID());

/** The content of a session; a test names only the values that matter to it. */
export function sessionContent(values: Partial<SessionContent> = {}): SessionContent {
  return { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000, ...values };
}

/** As many module ids as a session or a course may have, and as long: 129 kB of them. */
export function manyModules(): string[] {
  return Array.from({ length: 1_000 }, (_, index) => String(index).padStart(128, '0'));
}

/** A cursor that no page has given: it carries whatever a stranger wants. */
export function forgeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
