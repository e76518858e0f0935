import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStats, type Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runCalls, type Call } from '../support/jobs.js';
import { assertRollups } from '../support/rollups.js';

const CONCURRENCY = 64;
const POOLS = 3;
const timeout = 60_000;

/** Returns ten of twelve modules, so that two sessions share most of their modules in another order. */
function overlapping(index: number): string[] {
  const ids = Array.from({ length: 10 }, (_, offset) => `m${(index + offset) % 12}`);
  return index % 2 === 0 ? ids : ids.toReversed();
}

function call(learner: object, index: number, sessionIds: readonly string[]): Call {
  const sessionId = sessionIds[index % sessionIds.length];
  const session = sessionContent({ timeStudied: index, moduleIds: overlapping(index) });
  switch (Math.floor(index / sessionIds.length) % 3) {
    case 0:
      return { name: 'recordSession', arguments: { ...learner, session: { sessionId, ...session } } };
    case 1:
      return { name: 'putSession', arguments: { ...learner, sessionId, session } };
    default:
      return { name: 'deleteSession', arguments: { ...learner, sessionId } };
  }
}

const EXPECTED: ReadonlySet<string> = new Set([
  'recorded',
  'replayed',
  'replaced',
  'deleted',
  'session-conflict',
  'session-not-found',
]);

for (const dialect of DIALECTS) {
  describe(`${CONCURRENCY} concurrent calls with overlapping modules on ${dialect}`, { timeout }, () => {
    test('Concurrent sessions of one learner all count in each of their modules', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const outcomes = await Promise.all(
        Array.from({ length: CONCURRENCY }, async (_, index) => {
          const session = sessionContent({ moduleIds: overlapping(index) });
          return (await stats.recordSession({ ...learner, session })).outcome;
        }),
      );
      assert.deepEqual(new Set(outcomes), new Set(['recorded']));
      assert.equal((await stats.getStats(learner)).distinctModulesStudied, 12);
      await assertRollups(database.url);
    });

    test('Concurrent copies of one session count its modules once', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learner = { userId: newUserId(), courseId };
      const session = { sessionId: newSessionId(), ...sessionContent({ moduleIds: overlapping(0) }) };
      const outcomes = await Promise.all(
        Array.from(
          { length: CONCURRENCY },
          async () => (await stats.recordSession({ ...learner, session })).outcome,
        ),
      );
      assert.equal(outcomes.filter((outcome) => outcome === 'recorded').length, 1);
      await assertRollups(database.url);
      await stats.deleteSession({ ...learner, sessionId: session.sessionId });
      await assertRollups(database.url);
    });

    test(`Concurrent writes from ${POOLS} handles neither lose a module nor leave one behind`, async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, database } = fixture;
      await using stack = new AsyncDisposableStack();
      const handles: Stats[] = [];
      for (let count = 0; count < POOLS; count += 1) {
        handles.push(stack.use(await openStats({ database: database.url })));
      }
      const learner = { userId: newUserId(), courseId };
      const sessionIds = Array.from({ length: 5 }, () => newSessionId());
      const calls = Array.from({ length: CONCURRENCY }, (_, index) => call(learner, index, sessionIds));

      const outcomes = (await Promise.all(handles.map(async (stats) => runCalls(stats, calls)))).flat();

      assert.deepEqual(
        outcomes.filter((outcome) => !EXPECTED.has(outcome)),
        [],
      );
      await assertRollups(database.url);
      // Deleting the last sessions must delete all counts.
      const { items } = await fixture.stats.listSessions(learner);
      for (const { sessionId } of items) await fixture.stats.deleteSession({ ...learner, sessionId });
      assert.equal((await fixture.stats.getStats(learner)).distinctModulesStudied, 0);
      await assertRollups(database.url);
    });
  });
}
