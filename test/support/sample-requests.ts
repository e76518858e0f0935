import assert from 'node:assert/strict';
import type { CourseId } from '../../src/core/index.js';
import { newSessionId, newUserId, sessionContent } from './factories.js';
import type { HttpAnswer } from './http-answer.js';
import type { HttpClient, HttpOptions } from './http-client.js';

type SampleRequest = readonly [method: string, path: string, options: HttpOptions];

/** Returns one request for each route that uses the database, of a new learner. */
export function sampleRequests(courseId: CourseId): readonly SampleRequest[] {
  const userId = newUserId();
  const course = `/courses/${courseId}`;
  const session = `${course}/sessions/${newSessionId()}`;
  return [
    ['POST', course, { userId, json: sessionContent() }],
    ['PUT', session, { userId, json: sessionContent({ moduleIds: ['a'] }) }],
    ['PUT', session, { userId, json: sessionContent({ timeStudied: 1 }) }],
    ['GET', session, { userId }],
    ['GET', course, { userId }],
    ['GET', `${course}/sessions`, { userId }],
    ['GET', `${course}/history?interval=day`, { userId }],
    ['GET', '/me/activity', { userId }],
    ['GET', '/me/courses', { userId }],
    ['GET', '/courses', { userId }],
    ['PUT', course, { userId, json: { name: 'Algebra' } }],
    ['PUT', `${course}/learners/${userId}`, { userId, json: { displayName: 'Ann' } }],
    ['GET', `${course}/learners?sort=progress&status=active&group=a&search=ann`, { userId }],
    ['GET', `${course}/learners/${userId}`, { userId }],
    ['GET', `${course}/summary`, { userId }],
    ['GET', `${course}/activity?interval=day`, { userId }],
    ['GET', `${course}/activity.svg?interval=day`, { userId }],
    ['GET', `${course}/history.svg?measure=averageScore`, { userId }],
    ['DELETE', `${course}/learners/${userId}`, { userId }],
    ['DELETE', session, { userId }],
    ['DELETE', '/me', { userId }],
    ['GET', '/readyz', {}],
  ];
}

export async function sendSamples(client: HttpClient, courseId: CourseId): Promise<HttpAnswer[]> {
  return Promise.all(sampleRequests(courseId).map((request) => client.send(...request)));
}

/** Asserts that each response is a success, a 404 or a 503. */
export function assertNoDefect(answers: readonly HttpAnswer[]): void {
  for (const answer of answers) {
    const { status, headers, text } = answer;
    assert.match(String(status), /^(20[014]|404|503)$/, text);
    if (status === 503) assertUnavailable(answer);
    else assert.equal(headers['retry-after'], undefined);
  }
}

export function assertUnavailable({ status, headers, text }: HttpAnswer): void {
  assert.equal(status, 503, text);
  assert.match(headers['retry-after'] ?? '', /^[1-9][0-9]*$/);
}
