import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Course, Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { forgeCursor, manyModules, newCourseId } from '../support/factories.js';
import { faultOf } from '../support/faults.js';
import { createFixture } from '../support/fixture.js';

const idTaken = (courseId: string) => ({
  pointer: '/courseId',
  detail: faultOf(courseId, 'must not be the id of an existing course'),
});
const nameTaken = (name: string) => ({
  pointer: '/name',
  detail: faultOf(name, 'must not be the name of another course'),
});

const namesOf = (courses: readonly Course[]) => courses.map(({ name }) => name);

async function allCourses(stats: Stats): Promise<Course[]> {
  const { items, next } = await stats.listCourses({ limit: 1_000 });
  assert.equal(next, null);
  return items;
}

for (const dialect of DIALECTS) {
  describe(`courses on ${dialect}`, () => {
    test('A course is added with its id in lower case and its name trimmed', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const courseId = newCourseId();

      const course = await stats.untyped.addCourse({
        course: { courseId: courseId.toUpperCase(), name: '  Linear Algebra ' },
      });

      assert.deepEqual(course, {
        courseId,
        name: 'Linear Algebra',
        moduleIds: [],
        createdAt: '2026-11-22T10:00:00.000Z',
        updatedAt: '2026-11-22T10:00:00.000Z',
      });
      assert.deepEqual(await stats.getCourse({ courseId }), course);
    });

    test('A course that is added without an id gets a UUID of version 7', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const course = await stats.addCourse({ course: { name: 'Logic' } });
      assert.match(course.courseId, /^[0-9a-f-]{14}7/);
      assert.deepEqual(await stats.getCourse({ courseId: course.courseId }), course);
    });

    test('Adding a course with a taken id, name or both is rejected with each of the errors', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const other = await stats.addCourse({ course: { name: 'Logic' } });
      const before = await allCourses(stats);

      await assert.rejects(stats.addCourse({ course: { courseId, name: 'New' } }), {
        code: 'course-id-taken',
        kind: 'conflict',
        faults: [idTaken(courseId)],
      });
      await assert.rejects(stats.addCourse({ course: { name: ' Algebra ' } }), {
        code: 'course-name-taken',
        kind: 'conflict',
        faults: [nameTaken('Algebra')],
      });
      for (const id of [courseId, other.courseId]) {
        await assert.rejects(stats.addCourse({ course: { courseId: id, name: 'Algebra' } }), {
          code: 'course-id-taken',
          faults: [idTaken(id), nameTaken('Algebra')],
        });
      }
      assert.deepEqual(await allCourses(stats), before);
    });

    test('Course names that differ in case, accents or blanks are different names', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const names = [
        'algebra',
        'ALGEBRA',
        'Álgebra',
        'A\u0301lgebra',
        'Algebra\u200B',
        'Alge  bra',
        'Alge bra',
      ];
      for (const name of names) await stats.addCourse({ course: { name } });
      assert.equal((await allCourses(stats)).length, names.length + 1);
    });

    test('`setCourse` creates a course, then replaces its name, then changes nothing', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, clock } = fixture;
      const courseId = newCourseId();
      const set = (name: string) => stats.setCourse({ courseId, course: { name } });
      const createdAt = '2026-11-22T10:00:00.000Z';

      const created = { courseId, name: 'Logic', moduleIds: [], createdAt, updatedAt: createdAt };
      assert.deepEqual(await set(' Logic '), { outcome: 'created', course: created });
      clock.advance(60_000);
      assert.deepEqual(await set('Logic'), { outcome: 'replaced', course: created });
      const replaced = { ...created, name: 'Set Theory', updatedAt: '2026-11-22T10:01:00.000Z' };
      assert.deepEqual(await set('Set Theory'), { outcome: 'replaced', course: replaced });
      clock.advance(60_000);
      assert.deepEqual(await set('Set Theory'), { outcome: 'replaced', course: replaced });
      assert.deepEqual(await stats.getCourse({ courseId }), replaced);
    });

    test('`setCourse` rejects the name of another course until that course is renamed', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const { course: logic } = await stats.setCourse({ courseId: newCourseId(), course: { name: 'Logic' } });
      const before = await allCourses(stats);

      const refused = { code: 'course-name-taken', faults: [nameTaken('Logic')] };
      await assert.rejects(stats.setCourse({ courseId, course: { name: 'Logic' } }), refused);
      await assert.rejects(stats.setCourse({ courseId: newCourseId(), course: { name: 'Logic' } }), refused);
      assert.deepEqual(await allCourses(stats), before);

      await stats.setCourse({ courseId: logic.courseId, course: { name: 'Set Theory' } });
      const { course } = await stats.setCourse({ courseId, course: { name: 'Logic' } });
      assert.equal(course.name, 'Logic');
    });

    test('Courses are listed by the code points of their names', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      // Not the order of a language, nor that of UTF-16 units, where the emoji precedes U+FFFF.
      const ordered = [
        '"',
        '10',
        '9',
        'Algebra',
        'Z',
        'Za',
        '_',
        'a',
        'a b',
        'aa',
        'b',
        'é',
        'ﬀ',
        '\uFFFF',
        '😀',
      ];
      for (const name of ordered.toReversed()) {
        if (name !== 'Algebra') await stats.addCourse({ course: { name } });
      }
      assert.deepEqual(namesOf(await allCourses(stats)), ordered);
    });

    test('Pages of courses never overlap and none of them is empty', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const names = ['Algebra', 'B', 'C', '\uFFFF', '😀', '😀😀'];
      for (const name of names.slice(1)) await stats.addCourse({ course: { name } });
      for (const limit of [1, 2, 3, 5, 6, 7]) {
        const pages: string[][] = [];
        let cursor: string | undefined;
        do {
          const { items, next } = await stats.listCourses({ limit, cursor });
          pages.push(namesOf(items));
          cursor = next ?? undefined;
        } while (cursor !== undefined);
        assert.deepEqual(pages.flat(), names);
        assert.equal(pages.length, Math.ceil(names.length / limit));
      }
    });

    test('A page of courses with many module ids ends early, and the next page continues', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      await stats.setCourse({ courseId, course: { name: 'A' } });
      const moduleIds = manyModules();
      for (let count = 0; count < 12; count += 1) {
        await stats.addCourse({ course: { name: `B${10 + count}`, moduleIds } });
      }

      const { items, next } = await stats.listCourses({ limit: 1_000 });
      assert.ok(next);
      const rest = await stats.listCourses({ limit: 1_000, cursor: next });
      assert.deepEqual([items.length, rest.items.length, rest.next], [10, 3, null]);
      const all = [...items, ...rest.items];
      assert.deepEqual(namesOf(all), namesOf(all).toSorted());
      assert.ok(all.slice(1).every((course) => course.moduleIds.length === moduleIds.length));
    });

    test('`listCourses` with an id lists only the course with that id', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      await stats.addCourse({ course: { name: 'Logic' } });
      const algebra = await stats.getCourse({ courseId });
      assert.deepEqual(await stats.listCourses({ courseId, limit: 1 }), { items: [algebra], next: null });
      assert.deepEqual(await stats.listCourses({ courseId: newCourseId() }), { items: [], next: null });
    });

    test('`listCourses` rejects a cursor that it did not issue', async () => {
      await using fixture = await createFixture(dialect);
      const { stats } = fixture;
      const cursors = [
        '',
        'x',
        'random text',
        null,
        3,
        forgeCursor('A'),
        forgeCursor(['a', 'b']),
        forgeCursor(['a\0']),
        forgeCursor(['']),
      ];
      for (const cursor of cursors) {
        await assert.rejects(
          stats.untyped.listCourses({ cursor }),
          {
            code: 'invalid-request',
            faults: [
              { parameter: 'cursor', detail: faultOf(cursor, 'must be the `next` of an earlier page') },
            ],
          },
          String(cursor),
        );
      }
    });
  });
}
