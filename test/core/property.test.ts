import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  openStats,
  StatsError,
  type Session,
  type SessionContent,
  type SessionKey,
  type Stats,
} from '../../src/core/index.js';
import { stoppedClock } from '../support/clock.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId } from '../support/factories.js';
import { asSet, NaiveStats, type Answer } from '../support/naive-stats.js';

/** Few ids, so that sessions and courses share them, in any order and with repeats. */
const moduleIds = fc.array(fc.constantFrom('a', 'b', 'B', 'c~', '~'), { maxLength: 6 });

/** Few values, so that sessions repeat. They include bounds and values that are rounded. */
const content: fc.Arbitrary<SessionContent> = fc.record(
  {
    totalModulesStudied: fc.constantFrom(0, 1, 3, 100_000),
    averageScore: fc.oneof(
      fc.constantFrom(null, 0, 1.00005, 68.4, 66.66666666666667, 1_000_000),
      fc.double({ min: 0, max: 1_000_000, noNaN: true }),
    ),
    timeStudied: fc.constantFrom(0, 280_000, 1_000_000_000),
    completedAt: fc.constantFrom(
      '1970-01-01T00:00:00.000Z',
      '2024-02-29T23:59:59.999Z',
      '2026-11-23T09:00:00.000Z',
    ),
    moduleIds,
  },
  { requiredKeys: ['totalModulesStudied', 'averageScore', 'timeStudied'] },
);

/** `replay` sends the stored session, `contradict` a change of it. Without a stored session both record. */
const call = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.constantFrom('record', 'record', 'replay', 'contradict', 'put', 'put', 'delete'),
  },
  { weight: 3, arbitrary: fc.constant('declare') },
  { weight: 1, arbitrary: fc.constant('erase') },
);

const steps = fc.array(
  fc.record({
    user: fc.nat({ max: 1 }),
    course: fc.nat({ max: 1 }),
    session: fc.nat({ max: 2 }),
    call,
    content,
  }),
  { maxLength: 40 },
);

function contentOf(name: string, drawn: SessionContent, stored: Session | undefined): SessionContent {
  if (!stored || (name !== 'replay' && name !== 'contradict')) return drawn;
  const { totalModulesStudied, averageScore, timeStudied, completedAt } = stored;
  // The same set of modules in another order, with repeats.
  const same = {
    totalModulesStudied,
    averageScore,
    timeStudied,
    completedAt,
    moduleIds: [...stored.moduleIds.toReversed(), ...stored.moduleIds],
  };
  if (name === 'replay') return same;
  return stored.moduleIds.length > 0
    ? { ...same, moduleIds: stored.moduleIds.slice(1) }
    : { ...same, timeStudied: Math.abs(timeStudied - 1) };
}

function predict(
  naive: NaiveStats,
  name: string,
  key: SessionKey,
  sent: SessionContent,
  now: string,
): Answer {
  if (name === 'put') return naive.put(key, sent, now);
  if (name === 'delete') return naive.delete(key);
  return naive.record(key, sent, now);
}

async function perform(stats: Stats, name: string, key: SessionKey, sent: SessionContent): Promise<Answer> {
  const { sessionId, ...learner } = key;
  try {
    if (name === 'put') return await stats.putSession({ ...key, session: sent });
    if (name !== 'delete') return await stats.recordSession({ ...learner, session: { sessionId, ...sent } });
    await stats.deleteSession(key);
    return { outcome: 'deleted' };
  } catch (error) {
    if (error instanceof StatsError) return { outcome: error.code };
    throw error;
  }
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index];
  assert.ok(item !== undefined);
  return item;
}

test('After any sequence of calls, both databases return the same bytes as a simple model', async () => {
  await using stack = new AsyncDisposableStack();
  const clock = stoppedClock();
  const handles: Stats[] = [];
  for (const dialect of DIALECTS) {
    const { url } = stack.use(await createDatabase(dialect));
    handles.push(stack.use(await openStats({ database: url, clock: clock.read })));
  }
  const courses = [newCourseId(), newCourseId()];
  const undeclared = new Map(
    courses.map((courseId, index) => [courseId, { name: `Course ${index}`, moduleIds: [] }]),
  );

  const agree = async (foretold: unknown, ask: (stats: Stats) => Promise<unknown>) => {
    const answers = await Promise.all(handles.map(ask));
    for (const answer of answers) assert.deepEqual(answer, foretold);
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, 1);
  };

  const property = fc.asyncProperty(steps, async (sequence) => {
    const naive = new NaiveStats(undeclared);
    // All runs share the databases, so each run has new learners.
    const users = [newUserId(), newUserId()];
    const sessions = [newSessionId(), newSessionId(), newSessionId()];
    for (const [courseId, course] of undeclared) {
      for (const stats of handles) await stats.setCourse({ courseId, course });
    }

    for (const { user, course, session, call: name, content: drawn } of sequence) {
      clock.advance(1);
      const key = {
        userId: pick(users, user),
        courseId: pick(courses, course),
        sessionId: pick(sessions, session),
      };
      if (name === 'declare') {
        const { courseId } = key;
        // Without modules, those of the course stay.
        const declared = session === 0 ? undefined : drawn.moduleIds;
        const title = `Course ${course} `.repeat(user + 1).trim();
        naive.declare(courseId, { name: title, moduleIds: declared && asSet(declared) });
        for (const stats of handles)
          await stats.setCourse({ courseId, course: { name: title, moduleIds: declared } });
        continue;
      }
      if (name === 'erase') {
        const { userId } = key;
        await agree({ sessionsDeleted: naive.erase(userId) }, (stats) => stats.eraseUser({ userId }));
        continue;
      }
      const sent = contentOf(name, drawn, naive.find(key));
      const foretold = predict(naive, name, key, sent, new Date(clock.read()).toISOString());
      await agree(foretold, (stats) => perform(stats, name, key, sent));
    }
    for (const userId of users) {
      const studied = { items: naive.studiedCourses(userId), next: null };
      await agree(studied, (stats) => stats.listStudiedCourses({ userId }));
      for (const courseId of courses) {
        const learner = { userId, courseId };
        await agree(naive.stats(learner), (stats) => stats.getStats(learner));
        await agree({ items: naive.list(learner), next: null }, (stats) => stats.listSessions(learner));
      }
    }
  });
  await fc.assert(property, { numRuns: 160 });
});
