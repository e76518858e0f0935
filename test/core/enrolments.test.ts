import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportEnrolments, openStats, type StatsError } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { flat } from '../support/exports.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql } from '../support/sql.js';

for (const dialect of DIALECTS) {
  describe(`enrolments on ${dialect}`, () => {
    test('An enrolment is created, replaced as a whole, and keeps the time of enrolment', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const learner = { userId: newUserId(), courseId };
      const enrol = (enrolment: object) => stats.untyped.enrolLearner({ ...learner, enrolment });
      const enrolledAt = '2026-11-22T10:00:00.000Z';

      assert.deepEqual(await enrol({ displayName: ' Zoë Ö. ', groups: ['evening', ' 2026 ', '2026'] }), {
        outcome: 'created',
        enrolment: { ...learner, displayName: 'Zoë Ö.', groups: ['2026', 'evening'], enrolledAt },
      });
      clock.advance(60_000);
      assert.deepEqual(await enrol({ displayName: 'Zoë' }), {
        outcome: 'replaced',
        enrolment: { ...learner, displayName: 'Zoë', groups: [], enrolledAt },
      });
      assert.deepEqual(await enrol({ displayName: null, groups: ['a'] }), {
        outcome: 'replaced',
        enrolment: { ...learner, displayName: null, groups: ['a'], enrolledAt },
      });
    });

    test('Enrolling again with the same content changes nothing', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock, database } = fixture;
      const call = { userId: newUserId(), courseId, enrolment: { displayName: 'Ann', groups: ['a', 'b'] } };
      await stats.enrolLearner(call);
      const before = await runSql(database.url, 'select * from enrolments');
      clock.advance(60_000);
      const groups = ['b', 'a', 'b'];
      const again = await stats.enrolLearner({ ...call, enrolment: { displayName: ' Ann', groups } });
      assert.equal(again.outcome, 'replaced');
      assert.deepEqual(await runSql(database.url, 'select * from enrolments'), before);
    });

    test('Removing an enrolment keeps the sessions, and a missing one is not found', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await stats.recordSession({ ...learner, session: sessionContent() });
      await stats.enrolLearner({ ...learner, enrolment: {} });
      const lifetime = await stats.getStats(learner);
      await stats.unenrolLearner(learner);
      assert.deepEqual(await stats.getStats(learner), lifetime);
      await assert.rejects(stats.unenrolLearner(learner), { code: 'enrolment-not-found', kind: 'not-found' });
      await assert.rejects(stats.unenrolLearner({ ...learner, courseId: newCourseId() }), {
        code: 'course-not-found',
      });
      assert.equal((await stats.enrolLearner({ ...learner, enrolment: {} })).outcome, 'created');
    });

    test('A learner of a missing course is not enrolled', async () => {
      await using fixture = await createFixture(dialect);
      const call = { userId: newUserId(), courseId: newCourseId(), enrolment: {} };
      await assert.rejects(fixture.stats.enrolLearner(call), { code: 'course-not-found' });
    });

    test('Concurrent enrolments and removals of one learner leave one of the sent contents', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      await using other = await openStats({ database: database.url });
      const learner = { userId: newUserId(), courseId };
      const names = Array.from({ length: 20 }, (_, index) => `Name ${index}`);
      const settled = await Promise.allSettled(
        names.flatMap((displayName, index) => [
          (index % 2 ? stats : other).enrolLearner({ ...learner, enrolment: { displayName } }),
          ...(index % 4 === 0 ? [other.unenrolLearner(learner)] : []),
        ]),
      );
      for (const each of settled) {
        if (each.status === 'rejected') assert.equal(each.reason.code, 'enrolment-not-found');
      }
      const { enrolment } = await stats.enrolLearner({ ...learner, enrolment: { displayName: 'last' } });
      assert.equal(enrolment.displayName, 'last');
      assert.equal((await flat(exportEnrolments({ database: database.url }))).length, 1);
    });

    test('An export has every enrolment once, in the order of its key, for any number of them', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const { courseId } = await stats.addCourse({ course: { name: 'Logic' } });
      const users = Array.from({ length: 1_001 }, newUserId).toSorted();
      await Promise.all(users.map((userId) => stats.enrolLearner({ userId, courseId, enrolment: {} })));
      const [userId = newUserId()] = users;
      const enrolment = { displayName: 'Ann', groups: ['a', 'b'] };
      await stats.enrolLearner({ userId, courseId: fixture.courseId, enrolment });

      const all = await flat(exportEnrolments({ database: database.url }));
      const inCourse = all.filter((each) => each.courseId === courseId);
      assert.deepEqual(
        inCourse,
        users.map((id) => ({ userId: id, courseId, displayName: null, groups: [] })),
      );
      assert.deepEqual(await flat(exportEnrolments({ database: database.url, courseId })), inCourse);
      const ofUser = await flat(exportEnrolments({ database: database.url, userId }));
      assert.deepEqual(ofUser, all.slice(0, 2));
      assert.deepEqual(
        ofUser.find((each) => each.courseId === fixture.courseId),
        { userId, courseId: fixture.courseId, ...enrolment },
      );
    });
  });
}

test('Every value of an enrolment that breaks a rule is rejected with the rule', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  const userId = newUserId();
  const name = 'must be text of 1 to 255 characters after trimming, without control characters';
  const group = 'must be text of 1 to 64 characters after trimming, without ; and control characters';
  const groups = 'must be a list of at most 20 groups';
  const cases: readonly [enrolment: object, pointer: string, rule: string][] = [
    [{ displayName: ' ' }, '/displayName', name],
    [{ displayName: 'a\nb' }, '/displayName', name],
    [{ displayName: 'a\0' }, '/displayName', name],
    [{ displayName: '\uD800' }, '/displayName', name],
    [{ displayName: 'é'.repeat(256) }, '/displayName', name],
    [{ displayName: 7 }, '/displayName', name],
    [{ groups: 'a' }, '/groups', groups],
    [{ groups: Array.from({ length: 21 }, (_, index) => String(index)) }, '/groups', groups],
    [{ groups: ['a', 'b;c'] }, '/groups/1', group],
    [{ groups: [''] }, '/groups/0', group],
    [{ groups: ['\u{1F600}'.repeat(65)] }, '/groups/0', group],
  ];
  for (const [enrolment, pointer, rule] of cases) {
    await assert.rejects(stats.untyped.enrolLearner({ userId, courseId, enrolment }), (error: StatsError) => {
      const [fault, ...others] = error.faults;
      assert.ok(fault && 'pointer' in fault && others.length === 0, JSON.stringify(enrolment));
      assert.equal(fault.pointer, pointer);
      assert.match(fault.detail, new RegExp(`; it ${rule}$`));
      return true;
    });
  }
  const longest = {
    displayName: '\u{1F600}'.repeat(255),
    groups: Array.from({ length: 20 }, (_, index) => String.fromCodePoint(97 + index).repeat(64)),
  };
  const { enrolment } = await stats.enrolLearner({ userId, courseId, enrolment: longest });
  assert.deepEqual([enrolment.displayName, enrolment.groups], [longest.displayName, longest.groups]);
  await assert.rejects(stats.untyped.enrolLearner({ userId, courseId, enrolment: { name: 'Ann' } }), {
    faults: [{ pointer: '/name', detail: 'is not a known field' }],
  });
});
