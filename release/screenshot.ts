/**
 * Takes the screenshots of the README: `npm run screenshot`. Needs Chromium. The data are those of `stats-service demo`, on
 * a fixed day, so that a picture changes only with the program.
 */
import { fileURLToPath } from 'node:url';
import { openDemo } from '../src/cli/demo/fill.js';
import { serve } from '../src/server/index.js';
import { noBrowser, startBrowser } from '../test/support/browser.js';

const NOW = Date.UTC(2026, 10, 22, 10);
const COURSE = 'Statistics for Everyone';
/** Pixels, for the first groups of calls. */
const API_VIEWPORT = { width: 960, height: 923 };
/** Pixels. The heights of these pictures are those of their content. */
const PAGE_VIEWPORT = { width: 1_280, height: 720 };
/** Pixels between two sections of a page. */
const GAP = 20;

function fileOf(name: string): string {
  return fileURLToPath(new URL(`../docs/images/${name}.png`, import.meta.url));
}

if (noBrowser !== false) throw new Error(noBrowser);
await using stats = await openDemo('sqlite::memory:', () => NOW);
await using server = await serve(stats, { port: 0, clock: () => NOW });
await using browser = await startBrowser();

const api = await browser.newPage({ viewport: API_VIEWPORT });
await api.goto(`${server.url}/docs`);
await api.locator('.opblock').last().waitFor();
await api.evaluate(`document.querySelector('.opblock-tag').scrollIntoView()`);
await api.screenshot({ path: fileOf('api') });

const course = (await stats.listCourses({ limit: 1_000 })).items.find(({ name }) => name === COURSE);
if (!course) throw new Error(`The demo has no course ${COURSE}.`);
const { items } = await stats.listLearners({
  courseId: course.courseId,
  status: 'active',
  sort: 'timeStudied',
  order: 'desc',
});
const [learner] = items;
if (!learner) throw new Error('The demo has no active learner.');
const teacher = { 'X-User-Id': '00000000-0000-0000-0000-000000000000' };
const path = `/dashboard/courses/${course.courseId}`;
// Each picture ends below a section.
for (const [name, target, last] of [
  ['course', path, 'Activity'],
  ['learner', `${path}/learners/${learner.userId}`, 'Modules'],
] as const) {
  const page = await browser.newPage({ viewport: PAGE_VIEWPORT, extraHTTPHeaders: teacher });
  await page.goto(`${server.url}${target}`);
  const box = await page.getByRole('region', { name: last, exact: true }).boundingBox();
  if (!box) throw new Error(`The page ${name} has no section ${last}.`);
  const clip = { x: 0, y: 0, width: PAGE_VIEWPORT.width, height: box.y + box.height + GAP };
  await page.screenshot({ path: fileOf(name), fullPage: true, clip });
}
