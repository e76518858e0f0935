import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';
import { newSessionSecret } from '../../../src/server/auth/session-seal.js';
import { serve } from '../../../src/server/index.js';
import { noBrowser, startBrowser } from '../../support/browser.js';
import { newUserId, sessionContent } from '../../support/factories.js';
import { listen } from '../../support/ports.js';
import { createTokenService } from '../../support/token-service.js';

describe('sessions of the dashboard in a browser', { skip: noBrowser }, () => {
  const started = noBrowser ? undefined : startBrowser();
  after(async () => (await started)?.close());

  /** Opens a browser that can follow links on a page of another site: `localhost` is not the site of 127.0.0.1. */
  const open = async () => {
    const browser = await started;
    assert.ok(browser);
    const site = createServer(({ url = '' }, response) => {
      const link = decodeURIComponent(url.slice(1));
      response
        .setHeader('Content-Type', 'text/html')
        .end(`<link rel="icon" href="data:,"><a href="${link}">Go</a>`);
    });
    const port = await listen(site);
    const context = await browser.newContext();
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => faults.push(message.text()));
    const follow = async (link: string) => {
      await page.goto(`http://localhost:${port}/${encodeURIComponent(link)}`);
      await page.getByRole('link').click();
    };
    const close = async () => {
      await context.close();
      await site[Symbol.asyncDispose]();
      assert.deepEqual(faults, []);
    };
    return { page, context, follow, [Symbol.asyncDispose]: close };
  };

  test('A learner signs in below a prefix, comes back from another site and signs out', async () => {
    await using service = await createTokenService();
    const { stats, courseId, issuer } = service;
    const userId = newUserId();
    await stats.recordSession({ userId, courseId, session: sessionContent() });
    const auth = { mode: 'token', jwt: issuer.options } as const;
    await using server = await serve(stats, { port: 0, auth, basePath: '/stats' });
    const target = `${server.url}/dashboard/me?timeZone=Asia/Tokyo`;
    await using opened = await open();
    const { page, context, follow } = opened;
    await follow(target);
    await page.getByLabel('Token or API key').fill(await issuer.sign(userId));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'My learning' }).waitFor();
    assert.equal(page.url(), target);
    const [cookie, ...others] = await context.cookies();
    assert.deepEqual(others, []);
    assert.deepEqual(
      [cookie?.name, cookie?.path, cookie?.httpOnly, cookie?.sameSite],
      ['stats_session', '/stats/dashboard', true, 'Strict'],
    );
    await follow(target);
    await page.getByRole('heading', { name: 'My learning' }).waitFor();
    assert.equal(page.url(), target);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token or API key').waitFor();
    assert.deepEqual(await context.cookies(), []);
    await follow(target);
    await page.getByLabel('Token or API key').waitFor();
  });

  test('The link of `dashboard` opens a session, also from another site', async () => {
    await using service = await createTokenService();
    const code = newSessionSecret();
    await using server = await serve(service.stats, { port: 0, auth: { mode: 'link', code } });
    await using opened = await open();
    const { page, follow } = opened;
    await follow(`${server.url}/dashboard/open?code=${code}`);
    await page.getByRole('link', { name: 'Algebra' }).waitFor();
    assert.equal(page.url(), `${server.url}/dashboard`);
    const course = `${server.url}/dashboard/courses/${service.courseId}?timeZone=Asia/Tokyo`;
    await follow(course);
    await page.getByRole('heading', { name: 'Algebra' }).waitFor();
    assert.equal(page.url(), course);
  });
});
