import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LearnerKey, Session, SessionRange, Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { forgeCursor, manyModules, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { faultOf } from '../support/faults.js';
import { createFixture } from '../support/fixture.js';

/** Some are equal, so that pages must break ties. */
const COMPLETED = [
  '1970-01-01T00:00:00.000Z',
  '2026-11-19T10:00:00.000Z',
  '2026-11-20T10:00:00.000Z',
  '2026-11-20T10:00:00.000Z',
  '2026-11-20T10:00:00.000Z',
  '2026-11-20T10:00:00.001Z',
  '2026-11-21T10:00:00.000Z',
];

async function recordAll(stats: Stats, learner: LearnerKey): Promise<Session[]> {
  const sessions = [];
  for (const completedAt of COMPLETED) {
    const { session } = await stats.recordSession({
      ...learner,
      session: { sessionId: newSessionId(), ...sessionContent({ completedAt }) },
    });
    sessions.push(session);
  }
  return sessions;
}

/** The number of sessions with many modules, of which nine fit a page. */
const LARGE_SESSIONS = 12;

const sortKey = ({ completedAt, sessionId }: Session) => completedAt + sessionId;

function newestFirst(sessions: readonly Session[]): Session[] {
  return sessions.toSorted((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
}

async function readPages(
  stats: Stats,
  call: LearnerKey & SessionRange & { limit: number },
): Promise<Session[][]> {
  const pages = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await stats.listSessions({ ...call, cursor });
    pages.push(items);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

for (const dialect of DIALECTS) {
  describe(`lists of sessions on ${dialect}`, () => {
    test('Sessions are listed newest first, in pages of any size that never overlap', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const expected = newestFirst(await recordAll(stats, learner));

      assert.deepEqual(await stats.listSessions(learner), { items: expected, next: null });
      for (const limit of [1, 2, 3, 6, 7, 8]) {
        const pages = await readPages(stats, { ...learner, limit });
        assert.deepEqual(pages.flat(), expected);
        assert.equal(pages.length, Math.ceil(expected.length / limit));
      }
    });

    test('A page of sessions with many modules ends early, and the next page continues', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const moduleIds = manyModules();
      for (let count = 0; count < LARGE_SESSIONS; count += 1) {
        const completedAt = `2026-11-20T10:00:${10 + count}Z`;
        await stats.recordSession({ ...learner, session: sessionContent({ completedAt, moduleIds }) });
      }
      const light = await stats.recordSession({ ...learner, session: sessionContent() });

      const pages = await readPages(stats, { ...learner, limit: 1_000 });
      assert.deepEqual(
        pages.map(({ length }) => length),
        [10, LARGE_SESSIONS + 1 - 10],
      );
      assert.deepEqual(pages[0]?.[0], light.session);
      assert.deepEqual(newestFirst(pages.flat()), pages.flat());
      assert.ok(
        pages
          .flat()
          .slice(1)
          .every((session) => session.moduleIds.length === moduleIds.length),
      );
    });

    test('Every page of sessions keeps to its range, from inclusive, to exclusive', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const all = newestFirst(await recordAll(stats, learner));
      const ranges: readonly (SessionRange & { count: number })[] = [
        { from: '2026-11-20T10:00:00Z', count: 5 },
        { from: '2026-11-20T10:00:00.001Z', count: 2 },
        { to: '2026-11-20T10:00:00Z', count: 2 },
        { to: '2026-11-20T11:00:00.001+01:00', count: 5 },
        { from: '2026-11-20T10:00:00Z', to: '2026-11-20T10:00:00.001Z', count: 3 },
        { from: '2026-11-20T10:00:00Z', to: '2026-11-20T10:00:00Z', count: 0 },
        { from: '2026-11-21T00:00:00Z', to: '2026-11-20T00:00:00Z', count: 0 },
        { from: '1815-12-10T00:00:00Z', to: '9999-12-31T23:59:59-23:59', count: 7 },
        { to: '1969-12-31T23:59:59Z', count: 0 },
      ];
      for (const { count, ...range } of ranges) {
        const from = Date.parse(range.from ?? '1970-01-01T00:00:00Z');
        const to = Date.parse(range.to ?? '9999-12-31T23:59:59Z');
        const expected = all.filter(
          ({ completedAt }) => Date.parse(completedAt) >= from && Date.parse(completedAt) < to,
        );
        assert.equal(expected.length, count);
        assert.deepEqual((await readPages(stats, { ...learner, ...range, limit: 2 })).flat(), expected);
      }
    });

    test('The next page of sessions continues even if the last item has been deleted', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      const expected = newestFirst(await recordAll(stats, learner));
      const { items, next } = await stats.listSessions({ ...learner, limit: 3 });
      const last = items.at(-1);
      assert.ok(last && next);

      await stats.deleteSession({ ...learner, sessionId: last.sessionId });
      await stats.recordSession({ ...learner, session: sessionContent() });

      const rest = await stats.listSessions({ ...learner, cursor: next });
      assert.deepEqual(rest.items, expected.slice(3));
    });

    test('`listSessions` rejects a cursor that it did not issue', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await stats.addCourse({ course: { name: 'Logic' } });
      const { next: ofCourses } = await stats.listCourses({ limit: 1 });
      const time = '2026-11-20T10:00:00.000Z';
      const id = newSessionId();
      const cursors = [
        '',
        'x',
        'null',
        'random text',
        ofCourses,
        null,
        3,
        forgeCursor(null),
        forgeCursor({ 0: time, 1: id }),
        forgeCursor([time]),
        forgeCursor([time, id, id]),
        forgeCursor([time, 'x']),
        forgeCursor([time, `${id}\0`]),
        forgeCursor([`${time}\0`, id]),
        forgeCursor(['\0', '\0']),
        forgeCursor(['2026-13-01T00:00:00Z', id]),
        forgeCursor(['infinity', id]),
        forgeCursor([0, id]),
      ];
      for (const cursor of cursors) {
        await assert.rejects(
          stats.untyped.listSessions({ ...learner, cursor }),
          {
            code: 'invalid-request',
            faults: [
              { parameter: 'cursor', detail: faultOf(cursor, 'must be the `next` of an earlier page') },
            ],
          },
          String(cursor),
        );
      }
    });
  });
}
