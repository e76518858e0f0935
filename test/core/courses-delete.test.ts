import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportEnrolments, purgeCourse, type Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { flat } from '../support/exports.js';
import { faultOf } from '../support/faults.js';
import { createFixture } from '../support/fixture.js';
import { runSql } from '../support/sql.js';
import { verified } from '../support/verified.js';

const session = sessionContent({ moduleIds: ['a', 'b'] });

async function coursesOf(stats: Stats): Promise<readonly string[]> {
  return (await stats.listCourses()).items.map(({ name }) => name);
}

for (const dialect of DIALECTS) {
  describe(`deleting a course on ${dialect}`, () => {
    test('A course without sessions is deleted with its modules, and its id and name are free again', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds: ['a'] } });
      await stats.deleteCourse({ courseId });
      await assert.rejects(stats.getCourse({ courseId }), { code: 'course-not-found' });
      await assert.rejects(stats.deleteCourse({ courseId }), { code: 'course-not-found' });
      const userId = newUserId();
      await assert.rejects(stats.recordSession({ userId, courseId, session }), { code: 'course-not-found' });
      assert.deepEqual(await runSql(database.url, 'select module_id from course_modules'), []);
      const again = await stats.addCourse({ course: { courseId, name: 'Algebra' } });
      assert.deepEqual(again.moduleIds, []);
    });

    test('A course with a session is not deleted until the session is', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const userId = newUserId();
      const { session: stored } = await stats.recordSession({ userId, courseId, session });
      const before = await stats.getCourse({ courseId });
      await assert.rejects(stats.deleteCourse({ courseId }), {
        code: 'course-in-use',
        kind: 'conflict',
        faults: [
          {
            parameter: 'courseId',
            detail: faultOf(courseId, 'must be the id of a course without sessions'),
          },
        ],
      });
      assert.deepEqual(await stats.getCourse({ courseId }), before);
      await stats.deleteSession({ userId, courseId, sessionId: stored.sessionId });
      await stats.deleteCourse({ courseId });
    });

    test('A course is deleted with its enrolments, which do not prevent it', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const { courseId: logic } = await stats.addCourse({ course: { name: 'Logic' } });
      const userId = newUserId();
      for (const id of [courseId, logic]) await stats.enrolLearner({ userId, courseId: id, enrolment: {} });
      await stats.deleteCourse({ courseId });
      const left = await flat(exportEnrolments({ database: database.url }));
      assert.deepEqual(left, [{ userId, courseId: logic, displayName: null, groups: [] }]);
    });

    test('Concurrent enrolling and deleting leave no enrolment without its course', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      for (let round = 0; round < 20; round++) {
        const { courseId } = await stats.addCourse({ course: { name: `Course ${round}` } });
        const enrolment = { displayName: String(round) };
        const [enrolled, deleted, removed] = await Promise.allSettled([
          stats.enrolLearner({ userId: newUserId(), courseId, enrolment }),
          stats.deleteCourse({ courseId }),
          stats.unenrolLearner({ userId: newUserId(), courseId }),
        ]);
        if (enrolled.status === 'rejected') assert.equal(enrolled.reason.code, 'course-not-found');
        assert.equal(deleted.status, 'fulfilled');
        assert.equal(removed.status, 'rejected');
      }
      assert.deepEqual(await flat(exportEnrolments({ database: database.url })), []);
    });

    test('Concurrent recording and deleting leave a course with all its sessions, or neither', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      for (let round = 0; round < 20; round++) {
        const courseId = newCourseId();
        await stats.addCourse({ course: { courseId, name: `Course ${round}` } });
        const userId = newUserId();
        const settled = await Promise.allSettled([
          stats.recordSession({ userId, courseId, session }),
          stats.deleteCourse({ courseId }),
          stats.setCourse({ courseId, course: { name: `Course ${round} renamed` } }),
          stats.recordSession({ userId: newUserId(), courseId, session }),
        ]);
        const codes = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
        for (const code of codes) assert.match(code, /^course-(not-found|in-use)$/);
      }
      assert.equal((await verified(database.url)).isConsistent, true);
    });

    test('`purgeCourse` deletes a course with the sessions of all learners and keeps other courses', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const { courseId: logic } = await stats.addCourse({ course: { name: 'Logic' } });
      const users = Array.from({ length: 3 }, newUserId);
      for (const userId of users) {
        for (const course of [courseId, courseId, logic]) {
          await stats.recordSession({ userId, courseId: course, session });
        }
        for (const course of [courseId, logic]) {
          await stats.enrolLearner({ userId, courseId: course, enrolment: {} });
        }
      }
      const asked: unknown[] = [];
      const refuse = async (found: unknown) => {
        asked.push(found);
        return false;
      };
      const config = { database: database.url, courseId };
      assert.equal(await purgeCourse({ ...config, confirm: refuse }), undefined);
      assert.deepEqual(asked, [{ name: 'Algebra', sessions: 6, learners: 3 }]);
      assert.deepEqual(await coursesOf(stats), ['Algebra', 'Logic']);

      assert.deepEqual(await purgeCourse(config), { sessionsDeleted: 6 });
      assert.deepEqual(await coursesOf(stats), ['Logic']);
      for (const userId of users) {
        const { items } = await stats.listStudiedCourses({ userId });
        assert.deepEqual(
          items.map(({ name, sessionCount }) => [name, sessionCount]),
          [['Logic', 1]],
        );
      }
      const enrolments = await flat(exportEnrolments({ database: database.url }));
      assert.deepEqual(
        enrolments.map((enrolment) => enrolment.courseId),
        [logic, logic, logic],
      );
      assert.equal((await verified(database.url)).isConsistent, true);
      await assert.rejects(purgeCourse(config), { code: 'course-not-found' });
    });
  });
}
