import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import * as z from 'zod';
import { serve } from '../../src/server/index.js';
import { noBrowser, startBrowser } from '../support/browser.js';
import { newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { FULL } from '../support/full.js';
import { bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { documentSchema, endpointsOf } from '../support/http-openapi.js';

test(
  'The docs page shows every operation, loads only from its server, and sends requests below `basePath` as the entered learner',
  { skip: noBrowser },
  async () => {
    await using fixture = await createFixture('sqlite');
    await using server = await serve(fixture.stats, { port: 0, basePath: '/stats' });
    const { url } = server;
    await using client = new HttpClient(url);
    const document = documentSchema
      .extend({ servers: z.unknown() })
      .parse(bodyOf(await client.send('GET', '/openapi.json')));
    await using browser = await startBrowser();
    const visit = await open(browser, url);
    const { page } = visit;

    const methods = await page.locator('.opblock-summary-method').allTextContents();
    // Swagger UI inserts a zero-width space after each slash.
    const paths = (await page.locator('.opblock-summary-path').allTextContents()).map((path) =>
      path.replaceAll('\u200B', ''),
    );
    const shown = methods.map((method, index) => `${method} ${paths[index]}`);
    const expected = endpointsOf(document).map(({ method, path }) => `${method} ${path}`);
    assert.deepEqual(shown.toSorted(), expected.toSorted());

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
    await operation.locator('.opblock-summary-control').click();

    // Opens an operation of some groups, because its content must not violate the Content-Security-Policy either. The
    // page takes more than half a second for each, so only the full run opens one of each group.
    const groups = await page.locator('.opblock-tag-section').all();
    for (const group of FULL ? groups : groups.slice(0, 2)) {
      const first = group.locator('.opblock').first();
      await first.locator('.opblock-summary-control').click();
      // The example of one error.
      await first
        .locator(`.response:is([data-code^='4'], [data-code^='5']) .model-example:visible`)
        .waitFor();
    }
    assert.deepEqual(await visit.faults(), []);
    assert.deepEqual(
      visit.requests.filter((request) => !request.startsWith(`${url}/`) && !request.startsWith('data:')),
      [],
    );
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
