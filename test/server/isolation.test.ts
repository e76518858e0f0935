import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toUserId } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { bodyOf, comparable, type HttpAnswer } from '../support/http-answer.js';
import type { HttpOptions } from '../support/http-client.js';
import { createService, type HttpService } from '../support/http-service.js';

type Sent = readonly [path: string, options: HttpOptions];

async function everything({ send, courseId }: HttpService, userId: string, sessionId: string) {
  const paths = [
    `/courses/${courseId}`,
    `/courses/${courseId}/sessions`,
    `/courses/${courseId}/sessions/${sessionId}`,
  ];
  return Promise.all(paths.map(async (path) => comparable(await send('GET', path, { userId }))));
}

/** Returns a response as text, without the session id of the request. */
function textWithout(answer: HttpAnswer, sessionId: string): string {
  return JSON.stringify(comparable(answer)).replaceAll(sessionId, 'ID');
}

for (const dialect of DIALECTS) {
  describe(`two learners on ${dialect}`, () => {
    const requests: readonly [what: string, method: string, request: (id: string) => Sent][] = [
      ['reads', 'GET', (id) => [`/sessions/${id}`, {}]],
      ['reads the headers of', 'HEAD', (id) => [`/sessions/${id}`, {}]],
      ['deletes', 'DELETE', (id) => [`/sessions/${id}`, {}]],
      ['replaces', 'PUT', (id) => [`/sessions/${id}`, { json: sessionContent({ averageScore: 1 }) }]],
      ['records', 'POST', (id) => ['', { json: { sessionId: id, ...sessionContent({ averageScore: 1 }) } }]],
      ['replays', 'POST', (id) => ['', { json: { sessionId: id, ...sessionContent() } }]],
    ];
    for (const [what, method, requestFor] of requests) {
      test(`A learner who ${what} the session of another learner gets the same response as for an unknown id`, async () => {
        await using service = await createService(dialect);
        const { send, courseId } = service;
        const owner = newUserId();
        const sessionId = newSessionId();
        const json = { sessionId, ...sessionContent() };
        assert.equal((await send('POST', `/courses/${courseId}`, { userId: owner, json })).status, 201);
        const before = await everything(service, owner, sessionId);

        const ask = async (id: string) => {
          // A new user each time, who has no sessions.
          const [path, options] = requestFor(id);
          const userId = newUserId();
          const answer = await send(method, `/courses/${courseId}${path}`, { ...options, userId });
          return textWithout(answer, id);
        };
        assert.equal(await ask(sessionId), await ask(newSessionId()));
        assert.deepEqual(await everything(service, owner, sessionId), before);
      });
    }

    test('Lists, stats and cursors show a learner no data of another learner', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const [owner, stranger] = [newUserId(), newUserId()];
      for (let count = 0; count < 3; count++) {
        await send('POST', `/courses/${courseId}`, { userId: owner, json: sessionContent() });
      }
      const own = await send('GET', `/courses/${courseId}/sessions?limit=1`, { userId: owner });
      const next = /<([^>]+)>/.exec(own.headers['link'] ?? '')?.[1];
      assert.ok(next);
      const unknown = newUserId();
      for (const path of [`/courses/${courseId}`, `/courses/${courseId}/sessions`, next]) {
        const answer = comparable(await send('GET', path, { userId: stranger }));
        assert.deepEqual(answer, comparable(await send('GET', path, { userId: unknown })));
      }
      assert.deepEqual(bodyOf(await send('GET', next, { userId: stranger })), { items: [], next: null });
    });

    test('Learners can use the same session id for separate sessions', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const sessionId = newSessionId();
      // The ids differ in one digit.
      const learners = [0, 1, 2].map((digit) => toUserId(`7c7b7d42-ff2f-57e0-b43e-bdac13420b8${digit}`));
      for (const [averageScore, userId] of learners.entries()) {
        const json = { sessionId, ...sessionContent({ averageScore }) };
        assert.equal((await send('POST', `/courses/${courseId}`, { userId, json })).status, 201);
      }
      await send('DELETE', `/courses/${courseId}/sessions/${sessionId}`, { userId: learners[1] ?? '' });
      const scores = await Promise.all(
        learners.map(async (userId) => {
          const { text } = await send('GET', `/courses/${courseId}`, { userId });
          return /"averageScore":([^,]+),/.exec(text)?.[1];
        }),
      );
      assert.deepEqual(scores, ['0', 'null', '2']);
    });
  });
}
