import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, bodyOf, type HttpAnswer } from '../support/http-answer.js';
import { createService, type HttpService } from '../support/http-service.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const resultSchema = z.object({
  items: z.array(
    z.object({
      status: z.int(),
      outcome: z.string().optional(),
      sessionId: z.string().optional(),
      problem: z.object({ code: z.string(), errors: z.array(z.looseObject({})).optional() }).optional(),
    }),
  ),
});

const userId = newUserId();

function itemsOf(answer: HttpAnswer) {
  assert.equal(answer.status, 200, answer.text);
  return resultSchema.parse(bodyOf(answer)).items;
}

const post = ({ send }: HttpService, json: unknown, path = '/sessions') =>
  send('POST', path, { userId, json });

for (const dialect of DIALECTS) {
  describe(`POST /sessions on ${dialect}`, () => {
    test('Each session has the status that it would have alone, in the order of the sessions', async () => {
      await using service = await createService(dialect);
      const { courseId, stats, database } = service;
      const learner = { userId: newUserId(), courseId };
      const session = { ...learner, sessionId: newSessionId(), ...sessionContent({ moduleIds: ['a'] }) };
      const items = itemsOf(
        await post(service, {
          sessions: [
            session,
            session,
            { ...session, timeStudied: 1 },
            { ...session, courseId: newCourseId() },
            { ...session, averageScore: '85%', extra: 1 },
            { ...session, userId: newUserId() },
            { ...session, sessionId: undefined },
            7,
          ],
        }),
      );
      assert.deepEqual(
        items.map(({ status, outcome, problem }) => `${status} ${outcome ?? problem?.code}`),
        [
          '201 recorded',
          '200 replayed',
          '409 session-conflict',
          '404 course-not-found',
          '400 invalid-request',
          '201 recorded',
          '201 recorded',
          '400 invalid-request',
        ],
      );
      assert.equal(items[0]?.sessionId, session.sessionId);
      assert.deepEqual(
        items[4]?.problem?.errors?.map(({ pointer }) => pointer),
        ['/averageScore', '/extra'],
      );
      assert.equal((await stats.getStats(learner)).sessionCount, 2);
      assert.deepEqual(service.reported, []);
      await assertRollups(database.url);
    });
  });
}

test('A batch has up to 1,000 sessions, in a body of at most 1 MiB', async () => {
  await using service = await createService('sqlite');
  const learner = { userId: newUserId(), courseId: service.courseId };
  const session = { ...learner, ...sessionContent({ moduleIds: ['a', 'b'] }) };
  const full = Array.from({ length: 1_000 }, () => ({ ...session, sessionId: newSessionId() }));
  assert.ok(itemsOf(await post(service, { sessions: full })).every(({ status }) => status === 201));
  assertFaults(await post(service, { sessions: [...full, session] }), 400, 'invalid-request', ['/sessions']);
  const [first, ...rest] = full;
  const nested = { sessions: [{ ...first, moduleIds: Array.from({ length: 3_000 }, () => []) }, ...rest] };
  assertFaults(await post(service, nested), 400, 'invalid-request', ['']);
});

test('A body that is no batch is rejected, with the place', async () => {
  await using service = await createService('sqlite');
  for (const [json, places] of [
    [[], ['']],
    [{}, ['/sessions']],
    [{ sessions: {} }, ['/sessions']],
    [{ sessions: [], limit: 1, userId }, ['/limit', '/userId']],
  ] as const) {
    assertFaults(await post(service, json), 400, 'invalid-request', [...places]);
  }
  assertFaults(await post(service, { sessions: [] }, '/sessions?limit=1'), 400, 'invalid-request', ['limit']);
  assert.deepEqual(itemsOf(await post(service, { sessions: [] })), []);
  const anonymous = await service.send('POST', '/sessions', { json: { sessions: [] } });
  assertFaults(anonymous, 401, 'unauthenticated', ['X-User-Id']);
});

test('A defect fails only its session, and is logged once under the id of the request', async () => {
  await using service = await createService('sqlite');
  const { courseId, database } = service;
  await runSql(
    database.url,
    `create trigger defect before insert on study_sessions when new.time_studied = 13
     begin select raise(abort, 'unlucky'); end`,
  );
  const learner = { userId: newUserId(), courseId };
  const sessions = [13, 1, 13].map((timeStudied) => ({ ...learner, ...sessionContent({ timeStudied }) }));
  const answer = await post(service, { sessions });
  assert.deepEqual(
    itemsOf(answer).map(({ status, problem }) => [status, problem?.code]),
    [
      [500, 'internal-error'],
      [201, undefined],
      [500, 'internal-error'],
    ],
  );
  assert.doesNotMatch(answer.text, /unlucky/);
  assert.deepEqual(
    service.reported.map(({ requestId }) => requestId),
    [answer.headers['x-request-id']],
  );
});
