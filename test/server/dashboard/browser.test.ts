import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from 'playwright-core';
import { newSecret, serve } from '../../../src/server/index.js';
import { noBrowser, startBrowser } from '../../support/browser.js';
import { learnerId } from '../../support/classroom.js';
import { newCourseId, sessionContent } from '../../support/factories.js';
import { FULL } from '../../support/full.js';
import { createDashboard, fillCourse, fillLargeCourse, type Dashboard } from '../../support/dashboard.js';

const WIDTHS = [320, 768, 1440];
const SCHEMES = ['light', 'dark'] as const;
type View = readonly [width: number, colorScheme: (typeof SCHEMES)[number]];

/** An analysis takes half a second. The nightly run has every page at every width in both schemes. */
const ALL: readonly View[] = [
  ...WIDTHS.flatMap((width) => SCHEMES.map((scheme): View => [width, scheme])),
  [2560, 'light'],
];

describe('dashboard in a browser', { skip: noBrowser }, () => {
  const resources = new AsyncDisposableStack();
  after(() => resources.disposeAsync());
  const dashboards = new Map<number, Promise<Dashboard>>();
  const create = async (learners: number) => {
    const dashboard = resources.use(await createDashboard());
    if (learners > 0) await fillCourse(dashboard, learners);
    return dashboard;
  };
  const open = (learners: number) => {
    const dashboard = dashboards.get(learners) ?? create(learners);
    dashboards.set(learners, dashboard);
    return dashboard;
  };
  const started = noBrowser ? undefined : startBrowser();
  after(async () => (await started)?.close());

  const newContext = async (
    options: Parameters<Awaited<NonNullable<typeof started>>['newContext']>[0] = {},
  ) => {
    const browser = await started;
    assert.ok(browser);
    const extraHTTPHeaders = { 'x-user-id': learnerId(0) };
    return browser.newContext({ extraHTTPHeaders, timezoneId: 'Asia/Tokyo', ...options });
  };

  for (const learners of [0, 1, 30]) {
    test(`With ${learners} learners, axe finds nothing on the pages, and only this server is asked`, async () => {
      const dashboard = await open(learners);
      const context = await newContext();
      const { page, faults } = await watch(context, dashboard.url);
      for (const [path, ...some] of viewsOf(dashboard, learners)) {
        await page.goto(`${dashboard.url}${path}`);
        await check(page, path, FULL ? ALL : some);
      }
      assert.deepEqual(faults, []);
      await context.close();
    });
  }

  const largeOnly = !FULL && 'Only in a run of all sizes';
  test('With 10,000 learners, axe finds nothing on the page of the course', { skip: largeOnly }, async () => {
    const dashboard = await create(0);
    await fillLargeCourse(dashboard, 10_000);
    const context = await newContext();
    const { page, faults } = await watch(context, dashboard.url);
    const path = `/dashboard/courses/${dashboard.courseId}`;
    await page.goto(`${dashboard.url}${path}`);
    await check(page, path, ALL);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('axe finds nothing on the pages of the sign-in, of the link and of a problem', async () => {
    const { stats, url } = await open(0);
    const tokens = resources.use(await serve(stats, { port: 0, auth: { mode: 'token', keys: stats.keys } }));
    const link = resources.use(await serve(stats, { port: 0, auth: { mode: 'link', code: newSecret() } }));
    const context = await newContext();
    const page = await context.newPage();
    for (const [target, title] of [
      [`${tokens.url}/dashboard/sign-in`, 'Sign in'],
      [`${link.url}/dashboard`, 'Open the dashboard again'],
      [`${url}/dashboard/courses/${newCourseId()}`, 'Course not found'],
    ] as const) {
      await page.goto(target);
      assert.equal(await page.locator('h1').textContent(), title);
      await check(page, target, FULL ? ALL : [[320, 'dark']]);
    }
    await context.close();
  });

  test('Hostile names run no script and do not widen or cover a page', async () => {
    const dashboard = await create(0);
    const { stats, courseId } = dashboard;
    const hostile = [
      '<script>alert(1)</script>',
      '\u202egnirts',
      `a${'\u0301'.repeat(254)}`,
      'W'.repeat(255),
      '👩‍👩‍👧‍👦'.repeat(20),
    ];
    await stats.setCourse({ courseId, course: { name: 'W'.repeat(255), moduleIds: ['w'.repeat(128)] } });
    for (const [index, displayName] of hostile.entries()) {
      const key = { userId: learnerId(index), courseId };
      await stats.enrolLearner({ ...key, enrolment: { displayName, groups: ['W'.repeat(64)] } });
      await stats.recordSession({ ...key, session: sessionContent({ moduleIds: ['w'.repeat(128)] }) });
    }
    const context = await newContext({ viewport: { width: 320, height: 900 } });
    const { page, faults } = await watch(context, dashboard.url);
    for (const [path] of viewsOf(dashboard, hostile.length)) {
      await page.goto(`${dashboard.url}${path}`);
      assert.ok(await fits(page), path);
    }
    await page.goto(`${dashboard.url}/dashboard/courses/${courseId}`);
    await page.setViewportSize({ width: 1440, height: 900 });
    assert.ok(await fits(page));
    // The combining characters would reach over other rows.
    const heights = await page
      .locator('.roster tbody tr')
      .evaluateAll((rows) => rows.map((row) => row.clientHeight));
    assert.ok(Math.max(...heights) < 120, String(heights));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('Without scripts, forms and links filter, sort and choose the zone, and ids are whole', async () => {
    const dashboard = await open(30);
    const context = await newContext({ javaScriptEnabled: false });
    const { page, faults } = await watch(context, dashboard.url);
    await page.goto(`${dashboard.url}/dashboard/courses/${dashboard.courseId}?measure=sessionCount`);
    const names = () =>
      page
        .locator('.roster tbody th')
        .allTextContents()
        .then((texts) => texts.map((text) => text.trim()));
    await page.getByLabel('Name or id begins with').fill('learner 6');
    await page.getByRole('button', { name: 'Filter' }).click();
    assert.deepEqual(await names(), ['Learner 6']);
    await page.getByRole('link', { name: 'Show all', exact: true }).click();
    await page.getByRole('link', { name: 'Sessions', exact: true }).last().click();
    assert.equal(new URL(page.url()).searchParams.get('sort'), 'sessionCount');
    await page.getByLabel('Time zone').fill('Asia/Tokyo');
    await page.getByRole('button', { name: 'Change' }).click();
    const { searchParams } = new URL(page.url());
    const state = ['timeZone', 'sort', 'order', 'measure'].map((name) => searchParams.get(name));
    assert.deepEqual(state, ['Asia/Tokyo', 'sessionCount', 'desc', 'sessionCount']);
    await page.locator('#activity').getByText('Show the numbers').click();
    assert.ok(await page.locator('#activity table').isVisible());
    await page.getByRole('link', { name: 'Learner 6' }).click();
    assert.equal(await page.locator('.id code').textContent(), learnerId(6));
    assert.equal(new URL(page.url()).searchParams.get('timeZone'), 'Asia/Tokyo');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('The script offers the zone of the browser and copies an id', async () => {
    const dashboard = await open(1);
    const context = await newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    const { page, faults } = await watch(context, dashboard.url);
    await page.goto(
      `${dashboard.url}/dashboard/courses/${dashboard.courseId}/learners/${learnerId(0)}?interval=day`,
    );
    await page.getByRole('link', { name: 'Use Asia/Tokyo' }).click();
    assert.equal(new URL(page.url()).search, '?interval=day&timeZone=Asia%2FTokyo');
    assert.ok(await page.locator('.offer').isHidden());
    assert.equal(await page.locator('.id code').textContent(), `${learnerId(0).slice(0, 8)}…`);
    await page.getByRole('button', { name: `Copy the id ${learnerId(0)}` }).click();
    await page.getByText('Copied').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), learnerId(0));
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('The keyboard reaches everything in the order of the page, first the link to the content', async () => {
    const dashboard = await open(1);
    const context = await newContext();
    const { page } = await watch(context, dashboard.url);
    await page.goto(`${dashboard.url}/dashboard/courses/${dashboard.courseId}`);
    const nameOfFocus = `(() => {
      const { activeElement: element } = document;
      return element === document.body ? '' : String(window.stops.indexOf(element));
    })()`;
    const amount = Number(
      await page.evaluate(`(window.stops = Array.from(
        document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]'),
      ).filter((element) => element.checkVisibility())).length`),
    );
    assert.ok(amount > 30);
    const reached: string[] = [];
    // A date has several parts.
    for (let press = 0; press < amount + 20 && reached.length < amount; press++) {
      await page.keyboard.press('Tab');
      const focused = String(await page.evaluate(nameOfFocus));
      if (focused !== reached.at(-1)) reached.push(focused);
    }
    assert.deepEqual(
      reached,
      Array.from({ length: amount }, (_, index) => String(index)),
    );
    await page.reload();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate('document.activeElement.id'), 'content');
    // Paper is light.
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const colors =
      await page.evaluate(`[getComputedStyle(document.body), getComputedStyle(document.querySelector('.card'))]
      .map(({ color, backgroundColor }) => color + ' on ' + backgroundColor)`);
    const paper = 'rgb(31, 35, 40) on rgb(255, 255, 255)';
    assert.deepEqual(colors, [paper, paper]);
    assert.equal(
      await page.evaluate(`getComputedStyle(document.querySelector('.chart .surface')).fill`),
      'rgb(255, 255, 255)',
    );
    assert.equal(await page.locator('form:visible, header nav:visible').count(), 0);
    assert.ok((await page.locator('svg.chart:visible').count()) > 0);
    await context.close();
  });
});

/** The pages, and how the suite looks at each. */
function viewsOf({ courseId }: Dashboard, learners: number): (readonly [path: string, ...views: View[]])[] {
  const course = `/dashboard/courses/${courseId}`;
  const small: View[] = learners === 30 ? [[320, 'light']] : [];
  return [
    ['/dashboard', ...small],
    ['/dashboard/me', ...(learners === 1 ? [] : ([[768, 'dark']] as const))],
    ['/dashboard/courses', ...small],
    [course, [1440, 'dark'], ...small],
    [`/dashboard/me/courses/${courseId}`, ...(learners === 1 ? ([[320, 'light']] as const) : [])],
    ...(learners > 0 ? [[`${course}/learners/${learnerId(0)}`, [320, 'dark']] as const] : []),
  ];
}

async function check(page: Page, path: string, views: readonly View[]): Promise<void> {
  for (const [width, colorScheme] of views) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violationsOf(page), [], `${path} ${width} ${colorScheme}`);
    assert.ok(await fits(page), `${path} ${width}`);
    assert.deepEqual(await cutTables(page), [], `${path} ${width}`);
    assert.ok(await showsPictures(page), `${path} ${width}`);
  }
}

async function fits(page: Page): Promise<boolean> {
  return (await page.evaluate('document.documentElement.scrollWidth <= innerWidth')) === true;
}

/** Returns the names of the tables that are wider than their place, where nothing would tell that they scroll. */
async function cutTables(page: Page): Promise<unknown> {
  return page.evaluate(`Array.from(document.querySelectorAll('.scroll:has(table)'))
    .filter((region) => region.scrollWidth > region.clientWidth)
    .map((region) => region.ariaLabel ?? region.getAttribute('aria-labelledby'))`);
}

/** True if each chart is shown once, with text that is hardly scaled, and each image is loaded. */
async function showsPictures(page: Page): Promise<boolean> {
  const isShown = await page.evaluate(`Promise.all([
    ...Array.from(document.images, (image) => image.decode().then(() => true)),
    ...Array.from(document.querySelectorAll('.pictures'), (figure) => {
      const shown = Array.from(figure.querySelectorAll('.chart')).filter((chart) => chart.checkVisibility());
      const scale = shown[0].clientWidth / shown[0].viewBox.baseVal.width;
      return shown.length === 1 && scale > 0.9 && scale < 1.4;
    }),
  ]).then((all) => all.every(Boolean))`);
  return isShown === true;
}

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'], preload: false })
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Collects errors, console messages, policy violations and requests to other hosts. */
async function watch(context: BrowserContext, url: string) {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => faults.push(message.text()));
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith('data:'))
      faults.push(request.url());
  });
  return { page, faults };
}
