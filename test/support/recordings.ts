import assert from 'node:assert/strict';
import type { LearnerKey } from '../../src/core/index.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from './factories.js';
import type { Fixture } from './fixture.js';

/** Module ids that are special in SQL and array literals. */
const SPECIAL_IDS = [
  'NULL',
  'null',
  '"',
  '\\',
  '{',
  ',',
  '}',
  '{}',
  '""',
  '\\"',
  '{"a","b"}',
  "'",
  '\\N',
  '$1',
];

/** A call of `recordSession` with its role in the mixture. */
export interface Recording {
  readonly kind: 'new' | 'copy' | 'conflict' | 'unknown' | 'full';
  readonly call: LearnerKey & { readonly session: ReturnType<typeof newSession> };
}

/**
 * Returns recordings with every possible outcome, of several learners in several courses. Of each 50, 3 are
 * copies of one session (there are two such sessions), 2 conflict with each other, and 2 have an unknown
 * course. One recording exceeds the totals of the learner `full`. The others are new.
 */
export async function mixedRecordings(
  { stats, courseId }: Fixture,
  { amount, full }: { readonly amount: number; readonly full: LearnerKey },
): Promise<Recording[]> {
  const added = ['Logic', 'Sets'].map((name) => stats.addCourse({ course: { name } }));
  const courseIds = [courseId, ...(await Promise.all(added)).map((course) => course.courseId)];
  const userIds = Array.from({ length: 8 }, () => newUserId());
  const unknown = newCourseId();
  const newCall = (index: number) => ({
    userId: at(userIds, index),
    courseId: at(courseIds, index),
    session: newSession(index),
  });
  const copied = [newCall(amount), newCall(amount + 1)];
  const groups = Array.from({ length: amount / 50 }, (_, index): Recording[] => {
    const call = (position: number) => newCall(index * 50 + position);
    const copy = at(copied, index);
    const one = call(2);
    const other = { ...one, session: { ...one.session, averageScore: 0 } };
    const ofFull = { ...call(3), ...full };
    const nothing = { ...ofFull, session: { ...ofFull.session, timeStudied: 0 } };
    return [
      { kind: 'copy', call: copy },
      { kind: 'copy', call: copy },
      { kind: 'conflict', call: one },
      index === 3 ? { kind: 'full', call: ofFull } : { kind: 'new', call: nothing },
      ...Array.from({ length: 42 }, (__, position) => ({ kind: 'new', call: call(4 + position) }) as const),
      { kind: 'unknown', call: { ...call(46), courseId: unknown } },
      { kind: 'unknown', call: { ...copy, courseId: unknown } },
      { kind: 'conflict', call: other },
      { kind: 'copy', call: copy },
    ];
  });
  return groups.flat();
}

function newSession(index: number) {
  const special = at(SPECIAL_IDS, index);
  const moduleIds = at([[special], [`m${index % 7}`, special, 'm1'], []], index);
  const completedAt = index % 2 === 0 ? `2026-11-0${1 + (index % 9)}T08:00:00.000Z` : undefined;
  const content = sessionContent({ timeStudied: index + 1, totalModulesStudied: index % 5 });
  return { ...content, sessionId: newSessionId(), moduleIds, completedAt };
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] ?? assert.fail('the list is empty');
}
