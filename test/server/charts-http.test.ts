import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { serve } from '../../src/server/index.js';
import { noBrowser, startBrowser } from '../support/browser.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertFaults, assertProblem, bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';

const seriesSchema = z.object({
  items: z.array(z.looseObject({ start: z.string(), averageScore: z.number().nullable() })),
});

/** Serves the fixture with its stopped clock: Sunday, 22 November 2026, in the morning. */
async function serveStopped({ stats, clock }: Fixture) {
  await using stack = new AsyncDisposableStack();
  const { url } = stack.use(await serve(stats, { port: 0, clock: clock.read }));
  const client = stack.use(new HttpClient(url));
  const resources = stack.move();
  return { url, client, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Records sessions of two learners in three of seven weeks, the last of which is not over. */
async function study({ stats, courseId }: Fixture) {
  const userId = newUserId();
  for (const [learner, completedAt, averageScore] of [
    [userId, '2026-10-08T10:00:00Z', 80],
    [newUserId(), '2026-10-08T11:00:00Z', 90],
    [userId, '2026-10-28T23:30:00Z', null],
    [userId, '2026-11-16T00:30:00Z', 70.5],
  ] as const) {
    const session = sessionContent({
      completedAt,
      averageScore,
      totalModulesStudied: 2,
      timeStudied: 5_400_000,
    });
    await stats.recordSession({ userId: learner, courseId, session });
  }
  return userId;
}

/** Returns the values in the description of a picture by their intervals. */
function valuesOf(text: string): string[] {
  const [, description = ''] = /<desc>([^<]*)<\/desc>/.exec(text) ?? [];
  return Array.from(description.matchAll(/: ([^;:]+)(?=;|$)/g), ([, value = '']) => value);
}

for (const dialect of DIALECTS) {
  describe(`charts on ${dialect}`, () => {
    test('A picture has the numbers of the JSON with the same parameters', async () => {
      await using fixture = await createFixture(dialect);
      const userId = await study(fixture);
      await using service = await serveStopped(fixture);
      const course = `/courses/${fixture.courseId}`;
      const ask = (path: string) => service.client.send('GET', `${course}${path}`, { userId });
      const query = 'interval=week&timeZone=Europe/London&from=2026-10-05T00:00:00%2B01:00';
      const counts = ['sessionCount', 'totalModulesStudied'];
      for (const [list, measures] of Object.entries({
        activity: ['activeLearners', 'newLearners', ...counts],
        history: counts,
      })) {
        const { items } = seriesSchema.parse(bodyOf(await ask(`/${list}?${query}`)));
        assert.equal(items.length, 7);
        for (const measure of measures) {
          const picture = await ask(`/${list}.svg?${query}&measure=${measure}`);
          const values = items.map((item) => String(item[measure]));
          assert.deepEqual(valuesOf(picture.text), values, measure);
        }
        const scores = await ask(`/${list}.svg?${query}&measure=averageScore`);
        const expected = items.map(({ averageScore }) => averageScore?.toFixed(2) ?? 'none');
        assert.deepEqual(valuesOf(scores.text), expected);
      }
      const times = ['1 h 30 min', '0 s', '0 s', '1 h 30 min', '0 s', '0 s', '1 h 30 min'];
      assert.deepEqual(valuesOf((await ask(`/history.svg?${query}`)).text), times);

      const learners = await ask(`/activity.svg?${query}`);
      const title =
        '<title>Active learners per week, 5 Oct to 16 Nov 2026: between 0 and 2, 0 in the last complete week; this week so far: 1.</title>';
      assert.ok(learners.text.includes(title), learners.text);
      assert.match(learners.text, /Pale bar: this week so far</);
      assert.match(learners.text, /^<svg [^>]*role="img" width="640" height="\d+"/);
      assert.match((await ask('/activity.svg?width=320')).text, /^<svg [^>]* width="320" /);
    });
  });
}

test('A picture is SVG whose style the policy allows, and errors stay problem documents', async () => {
  await using fixture = await createFixture('sqlite');
  await using service = await serveStopped(fixture);
  const userId = newUserId();
  const ask = (path: string, method = 'GET') => service.client.send(method, path, { userId });
  const path = `/courses/${fixture.courseId}/history.svg`;
  const empty = await ask(path);
  assert.equal(empty.headers['content-type'], 'image/svg+xml; charset=utf-8');
  assert.match(
    empty.headers['content-security-policy'] ?? '',
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; frame-ancestors 'none'$/,
  );
  assert.equal(empty.headers['cache-control'], 'no-store');
  assert.equal(empty.headers['x-content-type-options'], 'nosniff');
  assert.match(empty.text, /<title>Time studied per week: no time studied\.<\/title>/);
  const head = await ask(path, 'HEAD');
  assert.equal(head.headers['content-length'], String(Buffer.byteLength(empty.text)));

  for (const [query, parameters] of [
    ['measure=activeLearners', ['measure']],
    ['width=239&interval=year&timeZone=Nowhere&unknown=1', ['width', 'interval', 'timeZone', 'unknown']],
    ['width=2001', ['width']],
    ['width=wide', ['width']],
  ] as const) {
    assertFaults(await ask(`${path}?${query}`), 400, 'invalid-request', parameters);
  }
  const { detail } = assertFaults(await ask(`${path}?measure=x`), 400, 'invalid-request', ['measure']);
  assert.equal(
    detail,
    'measure is "x"; it must be timeStudied, sessionCount, totalModulesStudied or averageScore.',
  );
  for (const chart of ['activity.svg', 'history.svg']) {
    assertProblem(await ask(`/courses/${newCourseId()}/${chart}`), 404, 'course-not-found');
  }
});

test(
  'A browser shows the pictures in both colour schemes, opened and in a page, without violations',
  { skip: noBrowser },
  async () => {
    await using fixture = await createFixture('sqlite');
    const userId = await study(fixture);
    await using service = await serveStopped(fixture);
    await using browser = await startBrowser();
    const surfaces = { light: 'rgb(255, 255, 255)', dark: 'rgb(13, 17, 23)' } as const;
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ colorScheme, extraHTTPHeaders: { 'X-User-Id': userId } });
      const faults: string[] = [];
      page.on('console', (message) => faults.push(message.text()));
      for (const measure of ['timeStudied', 'averageScore']) {
        const url = `${service.url}/courses/${fixture.courseId}/history.svg?measure=${measure}`;
        // The XML parser of Chromium reports an error as an element.
        await page.goto(url);
        const [fill, errors, texts] = z
          .tuple([z.string(), z.int(), z.int()])
          .parse(
            await page.evaluate(
              `[getComputedStyle(document.querySelector('.surface')).fill, document.querySelectorAll('parsererror').length, document.querySelectorAll('text').length]`,
            ),
          );
        assert.deepEqual([fill, errors], [surfaces[colorScheme], 0]);
        assert.ok(texts > 5);
        const body = `<img src="${url}" alt="">`;
        await page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body }));
        await page.goto(`${service.url}/page`);
        const width = await page.evaluate(
          `document.querySelector('img').decode().then(() => document.images[0].naturalWidth)`,
        );
        assert.equal(width, 640);
      }
      assert.deepEqual(faults, []);
      await page.close();
    }
  },
);

test('Hostile text in a picture stays text for an XML parser', { skip: noBrowser }, async () => {
  const { svg } = await import('../../src/server/markup.js');
  const hostile = `]]></title><script>alert(1)</script>"'&amp;\u0000\u001b\ud800\ufffe\u202e=1+1😀`;
  const picture = svg`<svg xmlns="http://www.w3.org/2000/svg" class="${hostile}"><title>${hostile}</title></svg>`;
  await using browser = await startBrowser();
  const page = await browser.newPage();
  const read = `(() => {
    const { documentElement: root } = new DOMParser().parseFromString(${JSON.stringify(picture.text)}, 'image/svg+xml');
    return [root.outerHTML.includes('parsererror'), root.children.length, root.textContent, root.getAttribute('class')];
  })()`;
  const expected = hostile.replace('\u0000\u001b\ud800\ufffe', '\ufffd'.repeat(4));
  assert.deepEqual(await page.evaluate(read), [false, 1, expected, expected]);
});
