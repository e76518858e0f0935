import assert from 'node:assert/strict';
import type { LearnerKey } from '../../src/core/index.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from './factories.js';
import type { Fixture } from './fixture.js';

/** Characters that are special in arrays and statements. */
const STRANGE = ['NULL', 'null', '"', '\\', '{', ',', '}', '{}', '""', '\\"', '{"a","b"}', "'", '\\N', '$1'];

/** A call of `recordSession`, and why it is among the others. */
export interface Recording {
  readonly kind: 'new' | 'copy' | 'rival' | 'unknown' | 'full';
  readonly call: LearnerKey & { readonly session: ReturnType<typeof newSession> };
}

/**
 * All that can become of a recording, of several learners in several courses. Of each 50, 3 are copies of one
 * session (there are two such sessions), 2 rivals for one identity, and 2 in an unknown course. One is
 * more than the totals of the learner that is `full` can take. The others are new.
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
    const rival = call(2);
    const other = { ...rival, session: { ...rival.session, averageScore: 0 } };
    const ofFull = { ...call(3), ...full };
    const nothing = { ...ofFull, session: { ...ofFull.session, timeStudied: 0 } };
    return [
      { kind: 'copy', call: copy },
      { kind: 'copy', call: copy },
      { kind: 'rival', call: rival },
      index === 3 ? { kind: 'full', call: ofFull } : { kind: 'new', call: nothing },
      ...Array.from({ length: 42 }, (__, position) => ({ kind: 'new', call: call(4 + position) }) as const),
      { kind: 'unknown', call: { ...call(46), courseId: unknown } },
      { kind: 'unknown', call: { ...copy, courseId: unknown } },
      { kind: 'rival', call: other },
      { kind: 'copy', call: copy },
    ];
  });
  return groups.flat();
}

/** No two say the same: the time tells them apart. */
function newSession(index: number) {
  const strange = at(STRANGE, index);
  // Alone, so that it is all that the text of the list holds; beside others; or none at all.
  const moduleIds = at([[strange], [`m${index % 7}`, strange, 'm1'], []], index);
  const completedAt = index % 2 === 0 ? `2026-11-0${1 + (index % 9)}T08:00:00.000Z` : undefined;
  const content = sessionContent({ timeStudied: index + 1, totalModulesStudied: index % 5 });
  return { ...content, sessionId: newSessionId(), moduleIds, completedAt };
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] ?? assert.fail('the list is empty');
}
