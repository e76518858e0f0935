import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserId } from '../../src/core/index.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { Liveness } from '../support/liveness.js';
import { LockHolder } from '../support/lock-holder.js';
import { assertRollups } from '../support/rollups.js';
import { serveGated, type Served } from '../support/served.js';
import { assertUnavailable } from '../support/sample-requests.js';

const timeout = 30_000;
const CLIENTS = 64;
/** Milliseconds: the lock timeout and some slack. */
const ONE_LOCK_WAIT = 2_500;
/** Milliseconds: less than the lock timeout, so that another lock wait fails the test. */
const NO_LOCK_WAIT = 900;
/** Milliseconds, for changes that queue for the learner before they wait for the lock. */
const QUEUED_LOCK_WAIT = 4_000;

/** Locks the lifetime stats of a learner from another Postgres session. */
async function lockLearner({ send, courseId, url }: Served) {
  const userId = newUserId();
  const first = await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
  assert.equal(first.status, 201);
  const holder = await LockHolder.acquire(
    url,
    `select from course_stats where user_id = '${userId}' and course_id = '${courseId}' for update`,
  );
  return { userId, holder };
}

async function timed<T>(work: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now();
  return [await work(), performance.now() - start];
}

test(
  'Requests for a locked learner fail alone, and immediately after the first timeout',
  { timeout },
  async () => {
    await using served = await serveGated();
    const { send, service, courseId, url } = served;
    const { userId: held, holder } = await lockLearner(served);
    await using _ = holder;
    await using liveness = new Liveness(service.url);
    const record = (userId: UserId) =>
      send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });

    for (const limit of [ONE_LOCK_WAIT, NO_LOCK_WAIT, NO_LOCK_WAIT]) {
      const others = Array.from({ length: CLIENTS - 1 }, async () => {
        // Some requests arrive while a batch waits for the lock.
        for (let count = 0; count < 3; count += 1) {
          const { status, text } = await record(newUserId());
          assert.equal(status, 201, text);
        }
      });
      const [[refused, elapsed]] = await Promise.all([timed(() => record(held)), ...others]);
      assertUnavailable(refused);
      assert.ok(elapsed < limit, `${elapsed.toFixed()} ms`);
    }

    await holder.release();
    assert.equal((await record(held)).status, 201);
    await liveness.assertResponsive();
    await assertRollups(url);
  },
);

test('Many changes of a locked learner do not delay requests of other learners', { timeout }, async () => {
  await using served = await serveGated();
  const { send, service, courseId, url } = served;
  const { userId: held, holder } = await lockLearner(served);
  await using _ = holder;
  await using liveness = new Liveness(service.url);
  const course = `/courses/${courseId}`;
  const change = (count: number) =>
    count % 2 === 0
      ? send('PUT', `${course}/sessions/${newSessionId()}`, { userId: held, json: sessionContent() })
      : send('DELETE', '/me', { userId: held });

  const changes = Array.from({ length: CLIENTS }, (_unused, count) => change(count));
  await holder.waitForBlocked(1);
  const userId = newUserId();
  const asked = [
    send('GET', '/readyz'),
    send('GET', course, { userId }),
    send('GET', `${course}/sessions`, { userId }),
    send('GET', '/me/courses', { userId }),
    send('PUT', `${course}/sessions/${newSessionId()}`, { userId, json: sessionContent() }),
  ];
  const [answers, elapsed] = await timed(() => Promise.all(asked));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 201],
  );
  assert.ok(elapsed < NO_LOCK_WAIT, `${elapsed.toFixed()} ms`);

  const [refused, waited] = await timed(() => Promise.all(changes));
  for (const answer of refused) assertUnavailable(answer);
  assert.ok(waited < ONE_LOCK_WAIT, `${waited.toFixed()} ms`);
  await holder.release();
  assert.equal((await change(0)).status, 201);
  await liveness.assertResponsive();
  await assertRollups(url);
});

test('Session changes of a locked learner fail alone and in bounded time', { timeout }, async () => {
  await using served = await serveGated();
  const { send, service, courseId, url } = served;
  const { userId, holder } = await lockLearner(served);
  await using _ = holder;
  await using liveness = new Liveness(service.url);
  const sessionOf = () => `/courses/${courseId}/sessions/${newSessionId()}`;
  const put = (path: string, by: UserId) => send('PUT', path, { userId: by, json: sessionContent() });
  const { text } = await send('GET', `/courses/${courseId}/sessions`, { userId });
  const stored = `/courses/${courseId}/sessions/${/"sessionId":"([^"]+)"/.exec(text)?.[1]}`;

  const [refused, elapsed] = await timed(async () => {
    const asked = [
      put(sessionOf(), userId),
      send('PUT', stored, { userId, json: sessionContent({ timeStudied: 1 }) }),
      send('DELETE', stored, { userId }),
      send('DELETE', '/me', { userId }),
    ];
    await holder.waitForBlocked(1);
    for (let count = 0; count < CLIENTS; count += 1) {
      assert.equal((await put(sessionOf(), newUserId())).status, 201);
    }
    return Promise.all(asked);
  });
  for (const answer of refused) assertUnavailable(answer);
  assert.ok(elapsed < QUEUED_LOCK_WAIT, `${elapsed.toFixed()} ms`);

  await holder.release();
  assert.equal((await put(sessionOf(), userId)).status, 201);
  assert.equal((await send('DELETE', stored, { userId })).status, 204);
  await liveness.assertResponsive();
  await assertRollups(url);
});
