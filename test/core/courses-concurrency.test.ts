import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatsError } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

const COPIES = 16;
const ROUNDS = 10;

for (const dialect of DIALECTS) {
  describe(`concurrent changes of courses on ${dialect}`, () => {
    test('Concurrent copies of one `setCourse` call create the course once and never conflict', async () => {
      await using fixture = await createFixture(dialect);
      for (let round = 0; round < ROUNDS; round++) {
        const call = { courseId: newCourseId(), course: { name: `Course ${round}` } };
        const results = await Promise.all(
          Array.from({ length: COPIES }, () => fixture.stats.setCourse(call)),
        );
        const created = results.filter(({ outcome }) => outcome === 'created');
        assert.equal(created.length, 1);
      }
    });

    test('Exactly one of many concurrent courses with the same name is stored', async () => {
      await using fixture = await createFixture(dialect);
      for (let round = 0; round < ROUNDS; round++) {
        const course = { name: `Course ${round}` };
        const results = await Promise.allSettled(
          Array.from({ length: COPIES }, (_, index) =>
            index % 2 === 0
              ? fixture.stats.addCourse({ course })
              : fixture.stats.setCourse({ courseId: newCourseId(), course }),
          ),
        );
        const refused = results.filter(({ status }) => status === 'rejected');
        assert.equal(refused.length, COPIES - 1);
        for (const result of refused) {
          assert.ok(result.status === 'rejected' && result.reason instanceof StatsError);
          assert.equal(result.reason.code, 'course-name-taken');
        }
      }
    });

    test('Concurrent renames among courses leave no two courses with the same name', async () => {
      await using fixture = await createFixture(dialect);
      const courses = Array.from({ length: 4 }, () => newCourseId());
      const changes = Array.from({ length: 40 }, (_, index) => ({
        courseId: courses[index % courses.length] ?? newCourseId(),
        course: { name: `Course ${index % 5}` },
      }));
      const results = await Promise.allSettled(changes.map((change) => fixture.stats.setCourse(change)));
      for (const result of results) {
        if (result.status === 'rejected')
          assert.ok(result.reason instanceof StatsError, String(result.reason));
      }
      const { items } = await fixture.stats.listCourses({});
      assert.equal(new Set(items.map(({ name }) => name)).size, items.length);
    });
  });
}
