import assert from 'node:assert/strict';
import type { CourseId } from '../../src/core/index.js';
import { newSessionId, newUserId, sessionContent } from './factories.js';
import type { HttpAnswer } from './http-answer.js';
import type { HttpClient, HttpOptions } from './http-client.js';

type Visit = readonly [method: string, path: string, options: HttpOptions];

/** One request of every kind that asks the database, of a learner who is new. */
export function visits(courseId: CourseId): readonly Visit[] {
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
    ['GET', '/me/courses', { userId }],
    ['GET', '/courses', { userId }],
    ['PUT', course, { userId, json: { name: 'Algebra' } }],
    ['DELETE', session, { userId }],
    ['DELETE', '/me', { userId }],
    ['GET', '/readyz', {}],
  ];
}

/** Makes all of these visits at once. */
export async function visitAll(client: HttpClient, courseId: CourseId): Promise<HttpAnswer[]> {
  return Promise.all(visits(courseId).map((visit) => client.send(...visit)));
}

/** A visit may find nothing yet or get a 503, but never a defect. */
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
