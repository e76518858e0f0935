import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LearnerKey, Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';

const numbered = (amount: number) => Array.from({ length: amount }, (_, index) => `m${index}`);

async function declareModules({ stats, courseId }: Fixture, moduleIds: readonly string[]): Promise<void> {
  await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds } });
}

async function study(stats: Stats, learner: LearnerKey, moduleIds: readonly string[]): Promise<void> {
  const { outcome } = await stats.recordSession({ ...learner, session: sessionContent({ moduleIds }) });
  assert.equal(outcome, 'recorded');
}

/** Returns the number of distinct modules studied, the number of declared modules, and the progress. */
async function progressOf(stats: Stats, learner: LearnerKey) {
  const { distinctModulesStudied, moduleCount, progress } = await stats.getStats(learner);
  const { items } = await stats.listStudiedCourses({ userId: learner.userId });
  for (const item of items.filter(({ courseId }) => courseId === learner.courseId)) {
    assert.deepEqual(
      [item.distinctModulesStudied, item.moduleCount, item.progress],
      [distinctModulesStudied, moduleCount, progress],
    );
  }
  return [distinctModulesStudied, moduleCount, progress];
}

for (const dialect of DIALECTS) {
  describe(`modules of a course on ${dialect}`, () => {
    test('The modules of a course are stored as a sorted set', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const course = await stats.addCourse({ course: { name: 'Logic', moduleIds: ['b', 'B', 'a', 'b'] } });
      assert.deepEqual(course.moduleIds, ['B', 'a', 'b']);
      assert.deepEqual(await stats.getCourse({ courseId: course.courseId }), course);
      const { items } = await stats.listCourses({});
      assert.deepEqual(
        items.map(({ moduleIds }) => moduleIds),
        [[], ['B', 'a', 'b']],
      );
    });

    test('`setCourse` replaces the modules as a set, and the same set changes nothing', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const set = async (moduleIds?: readonly string[] | null) => {
        clock.advance(1_000);
        const { course } = await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds } });
        assert.deepEqual(await stats.getCourse({ courseId }), course);
        return [course.moduleIds, course.updatedAt];
      };
      assert.deepEqual(await set(['b', 'a']), [['a', 'b'], '2026-11-22T10:00:01.000Z']);
      assert.deepEqual(await set(['a', 'b', 'a']), [['a', 'b'], '2026-11-22T10:00:01.000Z']);
      assert.deepEqual(await set(['c', 'a']), [['a', 'c'], '2026-11-22T10:00:03.000Z']);
      assert.deepEqual(await set([]), [[], '2026-11-22T10:00:04.000Z']);
      assert.deepEqual(await set(null), [[], '2026-11-22T10:00:04.000Z']);
    });

    test('`setCourse` without `moduleIds` keeps the modules, and `null` removes them', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      await declareModules(fixture, ['a', 'b']);
      const learner = { userId: newUserId(), courseId };
      await study(stats, learner, ['a']);
      clock.advance(1_000);
      const renamed = await stats.setCourse({ courseId, course: { name: 'Algebra 2' } });
      assert.deepEqual([renamed.course.name, renamed.course.moduleIds], ['Algebra 2', ['a', 'b']]);
      assert.deepEqual(await stats.getCourse({ courseId }), renamed.course);
      assert.deepEqual(await progressOf(stats, learner), [1, 2, 0.5]);
      const removed = await stats.setCourse({ courseId, course: { name: 'Algebra 2', moduleIds: null } });
      assert.deepEqual(removed.course.moduleIds, []);
      assert.deepEqual(await progressOf(stats, learner), [1, null, null]);
      const added = await stats.addCourse({ course: { name: 'Logic', moduleIds: null } });
      assert.deepEqual(added.moduleIds, []);
    });

    test('The modules of a course stay unchanged when its change is rejected', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      await declareModules(fixture, ['a']);
      await stats.addCourse({ course: { name: 'Logic' } });
      const taken = { code: 'course-name-taken' };
      await assert.rejects(stats.setCourse({ courseId, course: { name: 'Logic', moduleIds: ['b'] } }), taken);
      await assert.rejects(stats.addCourse({ course: { name: 'Algebra', moduleIds: ['b'] } }), taken);
      assert.deepEqual((await stats.getCourse({ courseId })).moduleIds, ['a']);
    });

    test('A course may declare 1,000 modules', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await declareModules(fixture, numbered(1_000));
      await study(stats, learner, numbered(1_000).slice(0, 999));
      assert.deepEqual(await progressOf(stats, learner), [999, 1_000, 0.999]);
    });
  });

  describe(`progress on ${dialect}`, () => {
    test('Progress counts a module once, however often it is studied', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await declareModules(fixture, ['a', 'b', 'c']);
      for (let count = 0; count < 100; count += 1) await study(stats, learner, ['a']);
      assert.deepEqual(await progressOf(stats, learner), [1, 3, 1 / 3]);
      assert.equal((await stats.getStats(learner)).totalModulesStudied, 600);
      await study(stats, learner, ['a', 'b', 'elsewhere']);
      assert.deepEqual(await progressOf(stats, learner), [3, 3, 2 / 3]);
      await assertRollups(fixture.database.url);
    });

    test('Progress follows the modules that the course declares and never exceeds 1', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await declareModules(fixture, ['a', 'b', 'c', 'd']);
      await study(stats, learner, ['a', 'b']);
      await study(stats, learner, ['b', 'c']);
      assert.deepEqual(await progressOf(stats, learner), [3, 4, 0.75]);
      await declareModules(fixture, ['b', 'c', 'd']);
      assert.deepEqual(await progressOf(stats, learner), [3, 3, 2 / 3]);
      await declareModules(fixture, ['a']);
      assert.deepEqual(await progressOf(stats, learner), [3, 1, 1]);
      await declareModules(fixture, ['d']);
      assert.deepEqual(await progressOf(stats, learner), [3, 1, 0]);
      await declareModules(fixture, ['a', 'b', 'c', 'd']);
      assert.deepEqual(await progressOf(stats, learner), [3, 4, 0.75]);
      await declareModules(fixture, []);
      assert.deepEqual(await progressOf(stats, learner), [3, null, null]);
    });

    test('Progress is null in a course that declares no modules', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      assert.deepEqual(await progressOf(stats, learner), [0, null, null]);
      await study(stats, learner, []);
      assert.deepEqual(await progressOf(stats, learner), [0, null, null]);
      await study(stats, learner, ['a', 'b']);
      assert.deepEqual(await progressOf(stats, learner), [2, null, null]);
    });

    test('Progress is 0 while no declared module was studied', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await declareModules(fixture, ['a', 'b']);
      assert.deepEqual(await progressOf(stats, learner), [0, 2, 0]);
      await study(stats, learner, []);
      assert.deepEqual(await progressOf(stats, learner), [0, 2, 0]);
      // Module ids are case-sensitive.
      await study(stats, learner, ['A']);
      assert.deepEqual(await progressOf(stats, learner), [1, 2, 0]);
    });

    test('Replacing or deleting a session removes its modules unless another session has them', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const [first, second] = [newSessionId(), newSessionId()];
      await declareModules(fixture, ['a', 'b', 'c', 'd']);
      const put = (sessionId: typeof first, moduleIds?: readonly string[]) =>
        stats.putSession({ ...learner, sessionId, session: sessionContent({ moduleIds }) });

      await put(first, ['a', 'b']);
      await put(second, ['b', 'c']);
      assert.deepEqual(await progressOf(stats, learner), [3, 4, 0.75]);
      await put(first, ['d', 'b']);
      assert.deepEqual(await progressOf(stats, learner), [3, 4, 0.75]);
      await put(first, ['d']);
      assert.deepEqual(await progressOf(stats, learner), [3, 4, 0.75]);
      await put(second, ['c']);
      assert.deepEqual(await progressOf(stats, learner), [2, 4, 0.5]);
      await put(second, ['d', 'c']);
      await assertRollups(database.url);
      await stats.deleteSession({ ...learner, sessionId: first });
      assert.deepEqual(await progressOf(stats, learner), [2, 4, 0.5]);
      // A replacement without modules removes the stored ones.
      assert.deepEqual((await put(second)).session.moduleIds, []);
      assert.deepEqual(await progressOf(stats, learner), [0, 4, 0]);
      await put(second, ['a']);
      await stats.deleteSession({ ...learner, sessionId: second });
      assert.deepEqual(await progressOf(stats, learner), [0, 4, 0]);
      await assertRollups(database.url);
    });

    test('Progress is counted separately for each learner in each course', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const [ann, bob] = [newUserId(), newUserId()];
      await declareModules(fixture, ['a', 'b']);
      const logic = await stats.addCourse({ course: { name: 'Logic', moduleIds: ['a'] } });
      const sessionId = newSessionId();
      const put = (learner: LearnerKey, moduleIds: readonly string[]) =>
        stats.putSession({ ...learner, sessionId, session: sessionContent({ moduleIds }) });

      await put({ userId: ann, courseId }, ['a']);
      await put({ userId: bob, courseId }, ['a', 'b']);
      await put({ userId: ann, courseId: logic.courseId }, ['b']);
      const all = async () => [
        await progressOf(stats, { userId: ann, courseId }),
        await progressOf(stats, { userId: bob, courseId }),
        await progressOf(stats, { userId: ann, courseId: logic.courseId }),
        await progressOf(stats, { userId: bob, courseId: logic.courseId }),
      ];
      assert.deepEqual(await all(), [
        [1, 2, 0.5],
        [2, 2, 1],
        [1, 1, 0],
        [0, 1, 0],
      ]);
      await stats.deleteSession({ userId: bob, courseId, sessionId });
      assert.deepEqual(await all(), [
        [1, 2, 0.5],
        [0, 2, 0],
        [1, 1, 0],
        [0, 1, 0],
      ]);
      await assertRollups(database.url);
    });

    test('`getStats` rejects a course that does not exist', async () => {
      await using fixture = await createFixture(dialect);
      const learner = { userId: newUserId(), courseId: newCourseId() };
      await assert.rejects(fixture.stats.getStats(learner), { code: 'course-not-found', kind: 'not-found' });
    });
  });

  describe(`modules of a session on ${dialect}`, () => {
    test('The modules of a session are stored and returned as a sorted set', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const { session } = await stats.recordSession({
        ...learner,
        session: sessionContent({ moduleIds: ['b', 'a', 'B', 'b'] }),
      });
      assert.deepEqual(session.moduleIds, ['B', 'a', 'b']);
      assert.deepEqual(await stats.getSession({ ...learner, sessionId: session.sessionId }), session);
      assert.deepEqual((await stats.listSessions(learner)).items, [session]);
    });

    test('A session may have 1,000 modules with ids of 128 characters', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const moduleIds = numbered(1_000).map((id) => id.padEnd(128, '~'));
      const { session } = await stats.recordSession({
        ...learner,
        session: { sessionId, ...sessionContent({ moduleIds }) },
      });
      assert.deepEqual(session.moduleIds, moduleIds.toSorted());
      assert.deepEqual(await progressOf(stats, learner), [1_000, null, null]);
      await stats.putSession({
        ...learner,
        sessionId,
        session: sessionContent({ moduleIds: numbered(1_000) }),
      });
      assert.deepEqual(await progressOf(stats, learner), [1_000, null, null]);
      await assertRollups(database.url);
      await stats.deleteSession({ ...learner, sessionId });
      assert.deepEqual(await progressOf(stats, learner), [0, null, null]);
      await assertRollups(database.url);
    });

    test('A repeated session is a replay only if its modules are the same set', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const record = (moduleIds?: readonly string[]) =>
        stats.recordSession({ ...learner, session: { sessionId, ...sessionContent({ moduleIds }) } });
      const { session } = await record(['a', 'b', 'c']);

      for (const same of [
        ['c', 'b', 'a'],
        ['a', 'a', 'c', 'b', 'c'],
      ]) {
        assert.deepEqual(await record(same), { outcome: 'replayed', session });
      }
      for (const other of [undefined, [], ['a', 'b'], ['a', 'b', 'c', 'd'], ['a', 'b', 'C'], ['abc']]) {
        await assert.rejects(record(other), { code: 'session-conflict' }, String(other));
      }
      assert.deepEqual((await stats.listSessions(learner)).items, [session]);
      assert.deepEqual(await progressOf(stats, learner), [3, null, null]);
      await assertRollups(database.url);
    });

    test('A session without modules equals one with an empty list of modules', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const sessionId = newSessionId();
      const record = (moduleIds?: readonly string[]) =>
        stats.recordSession({ ...learner, session: { sessionId, ...sessionContent({ moduleIds }) } });
      const { session } = await record();
      assert.deepEqual(session.moduleIds, []);
      assert.equal((await record([])).outcome, 'replayed');
      await assert.rejects(record(['a']), { code: 'session-conflict' });
    });

    test('A rejected session leaves none of its modules behind', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const learner = { userId: newUserId(), courseId: newCourseId() };
      const session = sessionContent({ moduleIds: ['a'] });
      await assert.rejects(stats.recordSession({ ...learner, session }), { code: 'course-not-found' });
      await assertRollups(database.url);
    });
  });
}
