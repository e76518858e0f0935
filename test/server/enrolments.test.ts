import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportEnrolments } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { flat } from '../support/exports.js';
import { newCourseId, newUserId } from '../support/factories.js';
import { assertFaults, assertProblem, bodyOf } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

for (const dialect of DIALECTS) {
  describe(`enrolments over HTTP on ${dialect}`, () => {
    test('The learner of an enrolment is the one in the path, whoever sends the request', async () => {
      await using service = await createService(dialect);
      const { send, courseId, database } = service;
      const [ann, job] = [newUserId(), newUserId()];
      const path = `/courses/${courseId}/learners/${ann}`;
      const upper = `/courses/${courseId.toUpperCase()}/learners/${ann.toUpperCase()}`;
      const json = { displayName: 'Ann', groups: ['b', 'a'] };

      const created = await send('PUT', upper, { userId: job, json });
      assert.equal(created.status, 201, created.text);
      assert.equal(created.headers['location'], path);
      const replaced = await send('PUT', path, { userId: job, json });
      assert.equal(replaced.status, 200);
      assert.equal(replaced.headers['location'], undefined);
      assert.deepEqual(bodyOf(replaced), bodyOf(created));
      const expected = { userId: ann, courseId, displayName: 'Ann', groups: ['a', 'b'] };
      assert.deepEqual(await flat(exportEnrolments({ database: database.url })), [expected]);

      assert.equal((await send('DELETE', path, { userId: job })).status, 204);
      assertProblem(await send('DELETE', path, { userId: job }), 404, 'enrolment-not-found');
      const elsewhere = `/courses/${newCourseId()}/learners/${ann}`;
      assertProblem(await send('DELETE', elsewhere, { userId: job }), 404, 'course-not-found');
      assertProblem(await send('PUT', elsewhere, { userId: job, json }), 404, 'course-not-found');
    });
  });
}

test('Every invalid value of an enrolment is reported with its place', async () => {
  await using service = await createService('sqlite');
  const json = { displayName: '', groups: ['a', ';'], name: 'Ann' };
  const answer = await service.send('PUT', '/courses/x/learners/y?userId=z', { userId: newUserId(), json });
  assertFaults(answer, 400, 'invalid-request', [
    'userId',
    'userId',
    'courseId',
    '/displayName',
    '/groups/1',
    '/name',
  ]);
});

test('The path of an enrolment has no other methods, and needs a body to enrol', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  const path = `/courses/${service.courseId}/learners/${userId}`;
  const answer = await service.send('POST', path, { userId, json: {} });
  assertProblem(answer, 405, 'method-not-allowed');
  assert.equal(answer.headers['allow'], 'GET, HEAD, PUT, DELETE, OPTIONS');
  assertProblem(await service.send('PUT', path, { userId }), 415, 'unsupported-media-type');
});
