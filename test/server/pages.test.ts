import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { bodyOf } from '../support/http-answer.js';
import { createService, type HttpService } from '../support/http-service.js';

const pageSchema = z.strictObject({
  items: z.array(z.looseObject({ name: z.string().optional(), completedAt: z.string().optional() })),
  next: z.string().nullable(),
});

type Page = z.output<typeof pageSchema>;

/** Follows the `Link` headers of a list and returns all pages and their paths. */
async function follow(
  { send }: HttpService,
  userId: string,
  first: string,
): Promise<{ pages: Page[]; paths: string[] }> {
  const pages: Page[] = [];
  const paths: string[] = [];
  let path: string | undefined = first;
  while (path !== undefined) {
    paths.push(path);
    const answer = await send('GET', path, { userId });
    assert.equal(answer.status, 200, answer.text);
    const page = pageSchema.parse(bodyOf(answer));
    pages.push(page);
    const { link } = answer.headers;
    assert.equal(link === undefined, page.next === null);
    path = link && /^<(\/[^>]+)>; rel="next"$/.exec(link)?.[1];
    assert.equal(path === undefined, page.next === null, link);
    if (path !== undefined) {
      assert.equal(new URLSearchParams(path.split('?')[1]).get('cursor'), page.next);
    }
  }
  return { pages, paths };
}

function timesOf(pages: readonly Page[]): (string | undefined)[] {
  return pages.flatMap(({ items }) => items.map(({ completedAt }) => completedAt));
}

async function recordSessions({ send, courseId }: HttpService, userId: string): Promise<string[]> {
  const times = Array.from({ length: 7 }, (_, hour) => `2026-11-22T0${hour}:00:00.000Z`);
  for (const completedAt of times) {
    const json = sessionContent({ completedAt });
    assert.equal((await send('POST', `/courses/${courseId}`, { userId, json })).status, 201);
  }
  return times.toReversed();
}

for (const dialect of DIALECTS) {
  describe(`pages on ${dialect}`, () => {
    test('Pages of sessions list the newest first, and no page is empty', async () => {
      await using service = await createService(dialect);
      const userId = newUserId();
      const times = await recordSessions(service, userId);
      for (const limit of [1, 2, 3, 6, 7, 8]) {
        const path = `/courses/${service.courseId}/sessions?limit=${limit}`;
        const { pages } = await follow(service, userId, path);
        assert.deepEqual(timesOf(pages), times);
        assert.equal(pages.length, Math.ceil(times.length / limit));
      }
    });

    test('Each link to the next page of sessions keeps the range and the limit', async () => {
      await using service = await createService(dialect);
      const userId = newUserId();
      const times = await recordSessions(service, userId);
      // The link must encode the plus of the offset.
      const range = 'from=2026-11-22T03:30:00+02:30&to=2026-11-22T06:00:00Z';
      const path = `/courses/${service.courseId}/sessions?limit=2&${range}`;
      const { pages, paths } = await follow(service, userId, path);
      assert.deepEqual(timesOf(pages), times.slice(1, 6));
      assert.deepEqual(
        pages.map(({ items }) => items.length),
        [2, 2, 1],
      );
      for (const followed of paths) {
        const [pathname, search = ''] = followed.split('?');
        assert.equal(pathname, `/courses/${service.courseId}/sessions`);
        const query = new URLSearchParams(search.replaceAll('+', '%2B'));
        query.delete('cursor');
        assert.deepEqual(Object.fromEntries(query), {
          limit: '2',
          from: '2026-11-22T03:30:00+02:30',
          to: '2026-11-22T06:00:00Z',
        });
      }
    });

    test('Pages of courses list the courses in the order of their names', async () => {
      await using service = await createService(dialect);
      const userId = newUserId();
      const names = ['Algebra', 'Logic & Sets; 100%', 'Zeta', 'Алгебра', '😀'];
      for (const name of names.slice(1)) {
        assert.equal((await service.send('POST', '/courses', { userId, json: { name } })).status, 201);
      }
      const { pages } = await follow(service, userId, '/courses?limit=1');
      assert.equal(pages.length, names.length);
      assert.deepEqual(
        pages.flatMap(({ items }) => items.map(({ name }) => name)),
        names,
      );
    });
  });
}

test('A page of sessions holds 100 items by default', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const userId = newUserId();
  const record = () => send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
  await Promise.all(Array.from({ length: 101 }, record));
  const { pages } = await follow(service, userId, `/courses/${courseId}/sessions`);
  assert.deepEqual(
    pages.map(({ items }) => items.length),
    [100, 1],
  );
});

test('A list without sessions is one empty page', async () => {
  await using service = await createService('sqlite');
  const { pages } = await follow(service, newUserId(), `/courses/${service.courseId}/sessions`);
  assert.deepEqual(pages, [{ items: [], next: null }]);
});
