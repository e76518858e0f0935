import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUserId } from '../../../src/core/index.js';
import { svg } from '../../../src/server/markup.js';
import { learnerId } from '../../support/classroom.js';
import { parseCsv } from '../../support/csv.js';
import {
  createDashboard,
  fillCourse,
  fillLargeCourse,
  rowsIn,
  sectionOf,
  textOf,
  type Dashboard,
} from '../../support/dashboard.js';
import { newCourseId, newUserId, sessionContent } from '../../support/factories.js';
import { HttpClient } from '../../support/http-client.js';
import type { HttpAnswer } from '../../support/http-answer.js';
import { textsOf } from '../../support/pictures.js';
import { createTokenService } from '../../support/token-service.js';

function assertPage({ status, headers, text }: HttpAnswer, expected: number): void {
  assert.equal(status, expected, text);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['cache-control'], 'private, no-store');
  assert.equal(headers['referrer-policy'], 'same-origin');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(
    headers['content-security-policy'] ?? '',
    /^default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  assert.equal(text.match(/<h1>/g)?.length, 1);
}

/** Follows every link of the pages, and returns the paths. */
async function crawl({ url, get }: Dashboard, start: readonly string[]): Promise<ReadonlySet<string>> {
  const base = new URL(url).pathname.replace(/\/$/, '');
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const { status, headers, text } = await get(path);
    assert.equal(status, 200, path);
    if (!headers['content-type']?.startsWith('text/html')) return;
    for (const [, link = ''] of text.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      if (link.startsWith('data:')) continue;
      const target = new URL(link.replaceAll('&amp;', '&'), `${url}${path}`);
      assert.ok(target.pathname.startsWith(`${base}/dashboard`), `${path}: ${link}`);
      // The other sorts and intervals are the same page.
      const isState = target.pathname === `${base}${path.split('?')[0]}` && seen.size > 40;
      if (!isState) await visit(`${target.pathname.slice(base.length)}${target.search}`);
    }
  };
  for (const path of start) await visit(path);
  return seen;
}

test('Every link of every page leads to a page or a file, also below a prefix', async () => {
  await using dashboard = await createDashboard({ basePath: '/stats' });
  await fillCourse(dashboard, 3);
  const own = await crawl(dashboard, ['/dashboard']);
  // A gateway blocks the others for learners.
  assert.deepEqual(
    Array.from(own).filter((path) => path.startsWith('/dashboard/courses')),
    [],
  );
  const paths = new Set([...own, ...(await crawl(dashboard, ['/dashboard/courses']))]);
  const { courseId } = dashboard;
  const expected = [
    '/dashboard/me',
    `/dashboard/me/courses/${courseId}`,
    `/dashboard/courses/${courseId}`,
    `/dashboard/courses/${courseId}/learners/${learnerId(1)}`,
    `/dashboard/courses/${courseId}/learners.csv?limit=50`,
    `/dashboard/courses/${courseId}/sparkline.svg`,
  ];
  assert.deepEqual(
    expected.filter((path) => !paths.has(path)),
    [],
  );
});

test('Pages have the access rules of the API, and a refusal is a page, too', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const { courseId, stats, issuer } = service;
  const userId = toUserId(newUserId());
  const other = newUserId();
  for (const learner of [userId, other]) {
    await stats.recordSession({ userId: learner, courseId, session: sessionContent() });
  }
  const learner = await issuer.sign(userId);
  const teacher = await service.createKey(['stats:read']);
  const botany = await stats.addCourse({ course: { name: 'Botany' } });
  const stranger = await service.createKey(['stats:read'], [botany.courseId]);
  const writer = await service.createKey(['sessions:write', 'courses:write']);
  const course = `/dashboard/courses/${courseId}`;
  const rows: readonly (readonly [path: string, ...statuses: number[]])[] = [
    // Without a credential (the form to sign in), the learner, a teacher, a teacher of another course, a key that only writes.
    ['/dashboard', 303, 200, 200, 200, 400],
    ['/dashboard/me', 303, 200, 400, 400, 400],
    [`/dashboard/me/courses/${courseId}`, 303, 200, 400, 400, 400],
    ['/dashboard/courses', 303, 403, 200, 200, 403],
    [course, 303, 403, 200, 403, 403],
    [`${course}/learners.csv`, 303, 403, 200, 403, 403],
    [`${course}/sparkline.svg`, 303, 403, 200, 403, 403],
    [`${course}/learners/${userId}`, 303, 200, 200, 403, 403],
    [`${course}/learners/${other}`, 303, 403, 200, 403, 403],
    [`${course}/learners/${newUserId()}`, 303, 403, 404, 403, 403],
  ];
  for (const [path, ...statuses] of rows) {
    const callers = [undefined, learner, teacher, stranger, writer];
    for (const [index, token] of callers.entries()) {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await client.send('GET', path, { headers });
      const expected = statuses[index] ?? 0;
      if (expected === 303 || (/\.\w+$/.test(path) && expected === 200)) {
        assert.equal(answer.status, expected);
      } else assertPage(answer, expected);
      assert.equal(
        answer.headers['www-authenticate'] !== undefined,
        expected === 401 || (expected === 403 && index !== 3),
        `${path} ${index}`,
      );
    }
  }
  const { text } = await client.send('GET', '/dashboard', {
    headers: { authorization: `Bearer ${stranger}` },
  });
  assert.ok(text.includes('Botany') && !text.includes(courseId));
  const home = await client.send('GET', '/dashboard/me', { headers: { authorization: `Bearer ${teacher}` } });
  assert.match(textOf(home.text), /This page is for a learner You are signed in without one\. Sign in with/);
  const own = await client.send('GET', '/dashboard', { headers: { authorization: `Bearer ${learner}` } });
  assert.ok(own.text.includes('Algebra'));
  const others = await client.send('GET', `/dashboard/me`, {
    headers: { authorization: `Bearer ${learner}`, 'x-user-id': other },
  });
  assertPage(others, 403);
});

test('Hostile names are text on every page, and no formula in the file', async () => {
  await using dashboard = await createDashboard();
  const { stats, courseId } = dashboard;
  const names = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '\u202egnirts\u202d',
    `a${'\u0301'.repeat(254)}`,
    '👩‍👩‍👧‍👦'.repeat(20),
    '=HYPERLINK("http://example.org")',
    "${1}&amp;'`",
  ];
  const title = names.slice(0, 2).join(' ');
  await stats.setCourse({ courseId, course: { name: title, moduleIds: ['<b>', '"quoted"'] } });
  for (const [index, displayName] of names.entries()) {
    const key = { userId: learnerId(index), courseId };
    await stats.enrolLearner({ ...key, enrolment: { displayName, groups: ['<i>&group', '=1+1'] } });
    await stats.recordSession({ ...key, session: sessionContent({ moduleIds: ['<b>', "'x'"] }) });
  }
  const course = `/dashboard/courses/${courseId}`;
  const html = await dashboard.page(`${course}?search=${encodeURIComponent('"><script>')}&group=<i>`);
  assert.ok(!html.includes('<script>') && !html.includes('<i>'));
  const roster = rowsIn(sectionOf(await dashboard.page(course), 'roster-title'));
  assert.deepEqual(
    roster
      .slice(1)
      .map(([name]) => String(name))
      .toSorted(),
    names.toSorted(),
  );
  for (const path of [
    '/dashboard',
    '/dashboard/courses',
    '/dashboard/me',
    course,
    `${course}/learners/${learnerId(1)}`,
  ]) {
    const text = await dashboard.page(path);
    assert.doesNotMatch(text, /<(img src|b|i)\b|<script>|onerror=[^&]*>(?!alert)/, path);
    // Text from right to left stays within its element.
    assert.ok(!/(?<!<bdi>[^<]*)\u202e/.test(text), path);
    assert.ok(textOf(text).includes(path.endsWith('1') ? (names[1] ?? '') : title), path);
  }
  const file = await dashboard.get(`${course}/learners.csv`);
  const rows = parseCsv(file.text);
  assert.deepEqual(
    rows.map(({ displayName }) => String(displayName)).toSorted(),
    names.map((name) => name.replace(/^=/, "'=")).toSorted(),
  );
  assert.equal(rows[0]?.['groups'], "<i>&group;'=1+1");
});

test('The file of a roster has the rows of the page, or those of all pages', async () => {
  await using dashboard = await createDashboard();
  await fillCourse(dashboard, 60);
  const course = `/dashboard/courses/${dashboard.courseId}`;
  const shown = async (path: string) => {
    const html = sectionOf(await dashboard.page(path), 'roster-title');
    const link = (text: string) =>
      new RegExp(`<a\\s+href="([^"]+)"[^>]*>\\s*${text}`).exec(html)?.[1]?.replaceAll('&amp;', '&');
    const follow = (target = '') =>
      new URL(target, `${dashboard.url}${path}`).href.slice(dashboard.url.length);
    const names = rowsIn(html)
      .slice(1)
      .map(([name]) => name);
    return { names, follow, link };
  };
  const namesOf = async (path: string) => {
    const { headers, text } = await dashboard.get(path);
    assert.equal(headers['content-disposition'], 'attachment; filename="learners.csv"');
    assert.ok(text.startsWith('userId,displayName,'));
    // The client removes the byte order mark.
    assert.equal(headers['content-length'], String(Buffer.byteLength(text) + 3));
    return parseCsv(text).map(({ userId, displayName }) => displayName || userId);
  };
  const query = 'sort=lastCompletedAt&order=desc';
  const first = await shown(`${course}?${query}`);
  assert.equal(first.names.length, 50);
  assert.deepEqual(await namesOf(first.follow(first.link('CSV of this page'))), first.names);
  const second = await shown(first.follow(first.link('Next page')));
  assert.equal(second.names.length, 10);
  assert.deepEqual(await namesOf(second.follow(second.link('CSV of this page'))), second.names);
  const all = [...first.names, ...second.names];
  assert.deepEqual(await namesOf(second.follow(second.link('CSV of all pages'))), all);
  assert.deepEqual((await shown(second.follow(second.link('First page')))).names, first.names);
  const filtered = await shown(`${course}?status=inactive`);
  assert.ok(filtered.names.length > 0 && filtered.names.length < 50);
  assert.deepEqual(await namesOf(filtered.follow(filtered.link('Download CSV'))), filtered.names);
});

test('A sparkline is a file of the learners per week, which pages read later', async () => {
  await using dashboard = await createDashboard({ frameAncestors: 'https://learn.example.com' });
  const { stats, courseId } = dashboard;
  const zone = '?timeZone=America/Los_Angeles&inactiveAfter=20';
  assert.ok(!(await dashboard.page(`/dashboard/courses${zone}`)).includes('<img'));
  await fillCourse(dashboard, 30);
  const page = (await dashboard.page(`/dashboard/courses${zone}`)).replaceAll(/\s+/g, ' ');
  const [image = ''] = /<img[^>]+>/.exec(page) ?? [];
  assert.match(
    image,
    /loading="lazy" width="120" height="32" alt="Bars: active learners in each of the last/,
  );
  const link = `courses/${courseId}/sparkline.svg?timeZone=America%2FLos_Angeles`;
  assert.ok(image.includes(`src="../dashboard/${link}"`), image);
  const { headers, text } = await dashboard.get(`/dashboard/${link}`);
  assert.equal(headers['content-type'], 'image/svg+xml; charset=utf-8');
  assert.equal(headers['cache-control'], 'private, no-store');
  assert.match(
    headers['content-security-policy'] ?? '',
    /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; frame-ancestors https:\/\/learn/,
  );
  // The first of the 12 weeks begins on a Monday of the zone.
  const range = { from: '2026-08-31T07:00:00Z', to: '2026-11-23T08:00:00Z' };
  const call = { courseId, interval: 'week', timeZone: 'America/Los_Angeles', ...range } as const;
  const { items } = await stats.getCourseActivity(call);
  const [description = ''] = textsOf({ text }, 'desc');
  assert.deepEqual(
    description.split('; ').map((each) => Number(each.split(': ')[1])),
    items.map(({ activeLearners }) => activeLearners),
  );
  assert.equal(items.length, 12);
  assert.match(description, /^31 Aug 2026: .*16 Nov 2026 \(this week so far\): \d+$/);
  assert.equal((await dashboard.get(`/dashboard/${link}x`)).status, 400);
  assert.equal((await dashboard.get(`/dashboard/courses/${newCourseId()}/sparkline.svg`)).status, 404);
});

test('Empty pages say what to do next', async () => {
  await using dashboard = await createDashboard();
  const { stats, courseId } = dashboard;
  const course = `/dashboard/courses/${courseId}`;
  const expected: readonly (readonly [path: string, text: RegExp])[] = [
    ['/dashboard', /No course yet\. A course is shown here as soon as/],
    ['/dashboard/me', /No course yet/],
    [course, /The course has no learners\. Enrol learners with stats-service enrol/],
    [`/dashboard/me/courses/${courseId}`, /No study session yet/],
  ];
  for (const [path, text] of expected) assert.match(textOf(await dashboard.page(path)), text);
  await stats.enrolLearner({ userId: learnerId(1), courseId, enrolment: { displayName: 'Ann' } });
  const filters = [
    ['search=Okonkwo', /No learner’s name or id begins with “Okonkwo”\. Show all learners/],
    ['status=active', /There is no learner with the status Active\. Show all learners/],
    [
      'search=Okonkwo&status=not-started&group=spring',
      /no learner with the status Not started in the group “spring” whose name or id begins with “Okonkwo”\. Write/,
    ],
  ] as const;
  for (const [query, text] of filters) assert.match(textOf(await dashboard.page(`${course}?${query}`)), text);
  assert.match(textOf(await dashboard.page(`${course}/learners/${learnerId(1)}`)), /No study session yet/);
  await stats.recordSession({ userId: learnerId(1), courseId, session: sessionContent() });
  const html = textOf(await dashboard.page(course));
  assert.match(html, /declares no modules.*Set its moduleIds/);
  assert.match(html, /No session names its modules/);
  await stats.eraseUser({ userId: learnerId(1) });
  await stats.deleteCourse({ courseId });
  assert.match(textOf(await dashboard.page('/dashboard/courses')), /There is no course yet/);
});

test('Errors are pages with the status, the reason and a link home', async () => {
  const reported: unknown[] = [];
  await using dashboard = await createDashboard({ onError: (error) => reported.push(error) });
  const course = `/dashboard/courses/${dashboard.courseId}`;
  const expected: readonly (readonly [path: string, status: number, text: RegExp])[] = [
    ['/dashboard/nowhere', 404, /Page not found Check the address, or go to the home page\. Go/],
    ['/dashboard/', 404, /Page not found/],
    [`/dashboard/courses/${newCourseId()}`, 404, /Course not found/],
    [`${course}/learners/${newUserId()}`, 404, /Learner not found/],
    ['/dashboard/courses/<b>', 400, /The address has a wrong value courseId is "<b>"; it must be a UUID/],
    [`${course}/learners/ann`, 400, /userId is "ann"; it must be a UUID/],
    [`${course}?timeZone=Mars&status=bored&interval=year`, 400, /2 validation errors.*timeZone is "Mars"/],
    [`${course}?inactiveAfter=0`, 400, /inactiveAfter is 0; it must be/],
    // Also while the course has no session, of which the chart would show something.
    [`${course}?measure=progress`, 400, /measure is "progress"; it must be activeLearners, newLearners/],
    [
      `${course}/learners/${newUserId()}?measure=newLearners`,
      400,
      /measure is "newLearners"; it must be time/,
    ],
    [`${course}?from=2026-02-30`, 400, /from is "2026-02-30"; it must be a date/],
    [
      `${course}?from=2026-11-02&to=2026-11-01`,
      400,
      /to must not be before from, 2026-11-02; it is 2026-11-01/,
    ],
    [`${course}?cursor=x`, 400, /cursor is "x"/],
  ];
  for (const [path, status, text] of expected) {
    const answer = await dashboard.get(path);
    assertPage(answer, status);
    assert.match(textOf(answer.text), text);
    const home = /class="button"\s+href="([^"]+)"/.exec(answer.text)?.[1] ?? '';
    assert.equal(new URL(home, `${dashboard.url}${path}`).pathname, '/dashboard');
  }
  // No page is so deep, and the links of one would repeat `../`.
  const deep = await dashboard.get(`/dashboard${'/a'.repeat(4_000)}`);
  assert.deepEqual([deep.status, deep.headers['content-type']], [404, 'application/problem+json']);
  assert.ok(deep.text.length < 1_000, String(deep.text.length));
  assertPage(await dashboard.get(`/dashboard${'/a'.repeat(15)}`), 404);
  // Only the pages with a chart know the parameters of one.
  for (const path of ['/dashboard', '/dashboard/me', '/dashboard/courses']) {
    assertPage(await dashboard.get(`${path}?interval=year&from=x&to=x&measure=x`), 200);
  }
  await using client = new HttpClient(dashboard.url);
  const nobody = await client.send('GET', '/dashboard');
  assertPage(nobody, 401);
  assert.match(
    textOf(nobody.text),
    /No learner is signed in Open the dashboard from.*run .*stats-service dashboard/,
  );
  const post = await client.send('POST', course, { userId: learnerId(0), json: {} });
  assertPage(post, 405);
  assert.equal(post.headers['allow'], 'GET, HEAD, OPTIONS');
  const head = await client.send('HEAD', course, { userId: learnerId(0) });
  const got = await dashboard.get(course);
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.equal(head.headers['content-length'], got.headers['content-length']);
  assert.deepEqual(reported, []);
  await dashboard.stats.close();
  const failed = await dashboard.get(course);
  assertPage(failed, 500);
  assert.match(failed.text, /Search the log for this X-Request-Id/);
  assert.equal(reported.length, 1);
});

test('Only the sites of `frameAncestors` may show a page in a frame', async () => {
  const frameAncestors = "'self' https://learn.example.com https://*.example.org:8443";
  await using dashboard = await createDashboard({ frameAncestors });
  for (const path of ['/dashboard', '/dashboard/nowhere']) {
    const policy = (await dashboard.get(path)).headers['content-security-policy'];
    assert.ok(policy?.endsWith(`; frame-ancestors ${frameAncestors}`), policy);
  }
  const api = await dashboard.get('/me/courses');
  assert.equal(api.headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  for (const invalid of [
    '',
    '*',
    "'self'; script-src *",
    'https://a.example, https://b.example',
    "'none' https://a.example",
  ]) {
    await assert.rejects(
      createDashboard({ frameAncestors: invalid }),
      /^RangeError: frameAncestors is .*; it must be 'none'/,
    );
  }
});

test('The style and the script are small, need no credential and are cached for ever', async () => {
  await using dashboard = await createDashboard();
  await using client = new HttpClient(dashboard.url);
  const html = await dashboard.page('/dashboard');
  const links = Array.from(html.matchAll(/"(dashboard\/assets\/[^"]+)"/g), ([, link]) => `/${link}`);
  assert.equal(links.length, 2);
  let size = 0;
  for (const link of links) {
    const { status, headers, text } = await client.send('GET', link);
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.match(headers['content-type'] ?? '', link.endsWith('.css') ? /^text\/css/ : /^text\/javascript/);
    size += Buffer.byteLength(text);
    const old = await client.send('GET', link.replace(/\.\w+\./, '.0123456789ab.'));
    assert.deepEqual([old.text, old.headers['cache-control']], [text, 'no-cache']);
  }
  assert.ok(size <= 60_000, String(size));
  for (const name of ['page.html', '..%2fpage.css', 'page.css.map', '__proto__']) {
    assertPage(await client.send('GET', `/dashboard/assets/${name}`), 404);
  }
});

test('A page has the line breaks of its values, and not the indentation of its templates', () => {
  const { text } = svg`<p>
    ${'a\n  b'}
  </p>`;
  assert.equal(text, '<p>\na\n  b\n</p>');
});

test('A course page of 10,000 learners has at most 100 KB', async () => {
  await using dashboard = await createDashboard();
  const { courseId } = dashboard;
  await fillLargeCourse(dashboard, 10_000);
  const html = await dashboard.page(`/dashboard/courses/${courseId}?interval=day`);
  assert.match(textOf(html), /10,000 learners · 20 modules/);
  assert.equal(html.match(/Ada Learner \d+<\/bdi>/g)?.length, 50);
  assert.equal(html.match(/<bdi>Spring of 2026<\/bdi>/g)?.length, 50);
  assert.ok(Buffer.byteLength(html) <= 100_000, String(Buffer.byteLength(html)));
});
