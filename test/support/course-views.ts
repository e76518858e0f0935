import assert from 'node:assert/strict';
import {
  ROSTER_SORTS,
  SORT_ORDERS,
  toCourseId,
  toSessionId,
  toUserId,
  type RosterRow,
  type Stats,
} from '../../src/core/index.js';
import type { FileCourse, FileSession } from './http-sessions.js';
import { NaiveCourse } from './naive-course.js';
import { toStored } from './naive-stats.js';

/** Splits the largest courses of the test sessions into pages. */
const LIMIT = 150;

/** Compares the roster, the summary and the activity of a course without enrolments with those of its sessions. */
export async function assertCourseView(
  stats: Stats,
  { courseId: id, ...course }: FileCourse,
  sessions: readonly FileSession[],
  rule: { readonly inactiveAfter: number; readonly asOf: string },
): Promise<void> {
  const courseId = toCourseId(id);
  const { asOf, inactiveAfter } = rule;
  const data = {
    course: { courseId, ...course },
    enrolments: [],
    sessions: sessions.map(({ userId, sessionId, completedAt, ...content }) => ({
      userId: toUserId(userId),
      session: {
        ...toStored(content),
        sessionId: toSessionId(sessionId),
        courseId,
        completedAt: new Date(completedAt).toISOString(),
        createdAt: asOf,
        updatedAt: asOf,
      },
    })),
  };
  const oracle = new NaiveCourse(data, rule);
  const expected = oracle.rows();
  for (const sort of ROSTER_SORTS) {
    for (const order of SORT_ORDERS) {
      const query = { sort, order, inactiveAfter };
      const rows: RosterRow[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await stats.listLearners({ courseId, ...query, limit: LIMIT, cursor });
        rows.push(...page.items);
        cursor = page.next;
      }
      assert.deepEqual(rows, oracle.list(query, expected));
    }
  }
  assert.deepEqual(await stats.getSummary({ courseId, inactiveAfter }), oracle.summary());
  for (const interval of ['day', 'month'] as const) {
    const query = { interval, timeZone: 'America/New_York' };
    const { items } = await stats.getCourseActivity({ courseId, ...query });
    assert.deepEqual(items, oracle.activity(query));
  }
}
