import { toCourseId, toSessionId, toUserId, type SessionContent } from '../../src/core/index.js';

export const newUserId = () => toUserId(crypto.randomUUID());
export const newCourseId = () => toCourseId(crypto.randomUUID());
export const newSessionId = () => toSessionId(crypto.randomUUID());

export function sessionContent(values: Partial<SessionContent> = {}): SessionContent {
  return { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000, ...values };
}

/** Returns the maximum number of module ids with the maximum length, 129 kB in total. */
export function manyModules(): string[] {
  return Array.from({ length: 1_000 }, (_, index) => String(index).padStart(128, '0'));
}

/** Encodes any value like a cursor. */
export function forgeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
