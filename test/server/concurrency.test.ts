import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertProblem, bodyOf, type HttpAnswer } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { startServer } from '../support/http-process.js';
import { createService } from '../support/http-service.js';
import { assertRollups } from '../support/rollups.js';

const COPIES = 64;

type Send = HttpClient['send'];

function statuses(answers: readonly HttpAnswer[]): Record<number, number> {
  const byStatus = Map.groupBy(answers, ({ status }) => status);
  return Object.fromEntries(Array.from(byStatus, ([status, those]) => [status, those.length]));
}

/** Sends different sessions of one learner concurrently, from the clients in turn. */
async function assertAllCounted(courseId: string, sends: readonly Send[]): Promise<void> {
  const userId = newUserId();
  const answers = await Promise.all(
    Array.from({ length: COPIES }, async (_, index) => {
      const json = sessionContent({ totalModulesStudied: index, averageScore: index / 10, timeStudied: 1 });
      return pick(sends, index)('POST', `/courses/${courseId}`, { userId, json });
    }),
  );
  assert.deepEqual(statuses(answers), { 201: COPIES });
  const stats = await pick(sends, 0)('GET', `/courses/${courseId}`, { userId });
  assert.partialDeepStrictEqual(bodyOf(stats), {
    sessionCount: COPIES,
    // The sum is Σ i; the average is (Σ i² / 10) / Σ i.
    totalModulesStudied: 2_016,
    averageScore: 8_534.4 / 2_016,
    timeStudied: COPIES,
  });
}

/** Sends copies of one session concurrently: one is recorded, and all bodies are equal. */
async function assertCountedOnce(courseId: string, sends: readonly Send[]): Promise<void> {
  const userId = newUserId();
  const json = { sessionId: newSessionId(), ...sessionContent() };
  const answers = await Promise.all(
    Array.from({ length: COPIES }, async (_, index) =>
      pick(sends, index)('POST', `/courses/${courseId}`, { userId, json }),
    ),
  );
  assert.deepEqual(statuses(answers), { 200: COPIES - 1, 201: 1 });
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  const stats = await pick(sends, 0)('GET', `/courses/${courseId}`, { userId });
  assert.partialDeepStrictEqual(bodyOf(stats), { sessionCount: 1, ...sessionContent() });
}

/** Sends one session id with different contents concurrently: one is recorded, the others are rejected. */
async function assertOneWins(courseId: string, sends: readonly Send[]): Promise<void> {
  const userId = newUserId();
  const sessionId = newSessionId();
  const answers = await Promise.all(
    Array.from({ length: COPIES }, async (_, timeStudied) => {
      const json = { sessionId, ...sessionContent({ timeStudied }) };
      return pick(sends, timeStudied)('POST', `/courses/${courseId}`, { userId, json });
    }),
  );
  assert.deepEqual(statuses(answers), { 201: 1, 409: COPIES - 1 });
  for (const answer of answers) if (answer.status !== 201) assertProblem(answer, 409, 'session-conflict');
  const stored = await pick(sends, 0)('GET', `/courses/${courseId}/sessions/${sessionId}`, { userId });
  assert.equal(stored.text, answers.find(({ status }) => status === 201)?.text);
}

function pick(sends: readonly Send[], index: number): Send {
  const send = sends[index % sends.length];
  assert.ok(send);
  return send;
}

for (const dialect of DIALECTS) {
  describe(`${COPIES} connections on ${dialect}`, () => {
    test('Concurrent sessions of one learner are all counted', async () => {
      await using service = await createService(dialect);
      await assertAllCounted(service.courseId, [service.send]);
      await assertRollups(service.database.url);
    });

    test('Concurrent replays of one session are counted once', async () => {
      await using service = await createService(dialect);
      await assertCountedOnce(service.courseId, [service.send]);
      await assertRollups(service.database.url);
    });

    test('One of many concurrent conflicting sessions is recorded; the others return 409', async () => {
      await using service = await createService(dialect);
      await assertOneWins(service.courseId, [service.send]);
      await assertRollups(service.database.url);
    });
  });

  test(`Two server processes on one ${dialect} database count correctly and exit with 0`, async () => {
    await using database = await createDatabase(dialect);
    await using stats = await openStats({ database: database.url });
    const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
    await using first = await startServer(database.url);
    await using second = await startServer(database.url);
    {
      await using one = new HttpClient(first.url, COPIES / 2);
      await using two = new HttpClient(second.url, COPIES / 2);
      const sends: readonly Send[] = [
        (...request) => one.send(...request),
        (...request) => two.send(...request),
      ];
      await assertAllCounted(courseId, sends);
      await assertCountedOnce(courseId, sends);
      await assertOneWins(courseId, sends);
    }
    await assertRollups(database.url);
    assert.equal(await first.stop(), 0);
    assert.equal(await second.stop(), 0);
  });
}
