import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { noBrowser, startBrowser } from '../support/browser.js';
import { serve } from '../../src/server/index.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { documentSchema, endpointsOf } from '../support/http-openapi.js';
import { startService } from '../support/service.js';

test('The docs page shows every operation and loads only from its server', { skip: noBrowser }, async () => {
  await using service = await startService(['--database', 'sqlite::memory:', '--port', '0']);
  await using client = new HttpClient(service.url);
  const document = documentSchema.parse(bodyOf(await client.send('GET', '/openapi.json')));
  await using browser = await startBrowser();
  const visit = await open(browser, service.url);
  const { page } = visit;

  const methods = await page.locator('.opblock-summary-method').allTextContents();
  // Swagger UI inserts a zero-width space after each slash.
  const paths = (await page.locator('.opblock-summary-path').allTextContents()).map((path) =>
    path.replaceAll('\u200B', ''),
  );
  const shown = methods.map((method, index) => `${method} ${paths[index]}`);
  const expected = endpointsOf(document).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(shown.toSorted(), expected.toSorted());

  // Opens an operation of each group, because its content must not violate the Content-Security-Policy either. All of
  // them would take long: the page renders every open one at each change.
  for (const group of await page.locator('.opblock-tag-section').all()) {
    const operation = group.locator('.opblock').first();
    await operation.locator('.opblock-summary-control').click();
    // The example of one error.
    await operation
      .locator(`.response:is([data-code^='4'], [data-code^='5']) .model-example:visible`)
      .waitFor();
  }
  assert.deepEqual(await visit.faults(), []);
  assert.deepEqual(
    visit.requests.filter((url) => !url.startsWith(`${service.url}/`) && !url.startsWith('data:')),
    [],
  );
});

test(
  'The docs page sends a request below `basePath` as the entered learner',
  { skip: noBrowser },
  async () => {
    await using fixture = await createFixture('sqlite');
    await using server = await serve(fixture.stats, { port: 0, basePath: '/stats' });
    await using browser = await startBrowser();
    const visit = await open(browser, server.url);
    const { page } = visit;

    await page.locator('.auth-wrapper button.authorize').first().click();
    // The other scheme is a token.
    const gateway = page.locator('.auth-container').filter({ hasText: 'X-User-Id' }).first();
    await gateway.locator('input').fill(newUserId());
    await gateway.locator('button.authorize').click();
    await gateway.locator('button.btn-done').click();
    const operation = page.locator('#operations-Stats-getStats');
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.try-out button').click();
    await operation.locator('input').first().fill(fixture.courseId);
    await operation.locator('button.execute').click();
    const answer = operation.locator('.live-responses-table .response');
    await answer.first().waitFor();
    assert.match((await answer.first().textContent()) ?? '', /200.*"sessionCount": 0/s);
    assert.deepEqual(await visit.faults(), []);
  },
);

interface Visit {
  readonly page: Page;
  readonly requests: readonly string[];
  /** Returns the errors of the page and its console, and the violations of its content security policy. */
  faults(): Promise<readonly string[]>;
}

async function open(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const requests: string[] = [];
  const faults: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  await page.exposeFunction('reportViolation', (violation: string) => faults.push(violation));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) =>
       reportViolation(event.violatedDirective + ' ' + event.blockedURI))`,
  );
  await page.goto(`${url}/docs`);
  await page.locator('.opblock').first().waitFor();
  const settled = async () => {
    // Violations are reported asynchronously.
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
    return faults;
  };
  return { page, requests, faults: settled };
}
