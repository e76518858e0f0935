import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasTooManyContainers, MAX_CONTAINERS } from '../../src/server/body.js';
import { manyModules, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

const isOver = (text: string) => hasTooManyContainers(Buffer.from(text), MAX_CONTAINERS);

test('`hasTooManyContainers` counts arrays and objects, but ignores brackets in strings', () => {
  const strings = [String.raw`[{\"[{\\`, '[', String.raw`\u005b\\\"`, '{'.repeat(200)];
  assert.ok(!isOver(JSON.stringify(strings)));
  assert.ok(!isOver('[{},'.repeat(MAX_CONTAINERS / 2)));
  assert.ok(isOver(`${'[{},'.repeat(MAX_CONTAINERS / 2)}[`));
  assert.ok(isOver(`${JSON.stringify(strings)}${'['.repeat(MAX_CONTAINERS)}`));
});

test('A body with too many arrays or objects returns 400; the largest valid body returns 201', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const post = (body: string) => send('POST', `/courses/${courseId}`, { userId: newUserId(), body });
  for (const text of ['[', '[{},', '{"a":']) {
    assertFaults(await post(text.repeat(150_000)), 400, 'invalid-request', ['']);
  }
  const moduleIds = manyModules().map((id) => id.replaceAll('0', '['));
  assert.equal((await post(JSON.stringify(sessionContent({ moduleIds })))).status, 201);
});
