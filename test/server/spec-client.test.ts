import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId } from '../support/factories.js';
import { bodyOf } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

/** The schemas of the original Swagger file, whose clients ignore unknown fields. */
const courseLifetimeStats = z.object({
  totalModulesStudied: z.int(),
  averageScore: z.number(),
  timeStudied: z.int(),
});
const studySession = z.object({ sessionId: z.uuid(), ...courseLifetimeStats.shape });

for (const dialect of DIALECTS) {
  describe(`a client of the original API on ${dialect}`, () => {
    test('A client of the original API records sessions and reads them and lifetime stats', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      const sessions = [
        { sessionId: newSessionId(), totalModulesStudied: 2, averageScore: 90, timeStudied: 60_000 },
        { sessionId: newSessionId(), totalModulesStudied: 1, averageScore: 60.5, timeStudied: 30_000 },
        { sessionId: newSessionId(), totalModulesStudied: 0, averageScore: 0, timeStudied: 1 },
      ];
      for (const json of sessions) {
        const { status } = await send('POST', `/courses/${courseId}`, { userId, json });
        assert.equal(status, 201);
      }

      for (const session of sessions) {
        const path = `/courses/${courseId}/sessions/${session.sessionId}`;
        const answer = await send('GET', path, { userId });
        assert.equal(answer.status, 200);
        assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
        assert.deepEqual(studySession.parse(bodyOf(answer)), session);
      }
      const stats = await send('GET', `/courses/${courseId}`, { userId });
      assert.equal(stats.status, 200);
      assert.deepEqual(courseLifetimeStats.parse(bodyOf(stats)), {
        totalModulesStudied: 3,
        // (90 × 2 + 60.5 × 1) / 3 differs from the unweighted mean.
        averageScore: 240.5 / 3,
        timeStudied: 90_001,
      });
    });
  });
}
