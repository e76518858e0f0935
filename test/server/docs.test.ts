import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { HttpClient } from '../support/http-client.js';
import { assertProblem } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';
import { startService } from '../support/service.js';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const service = await createService('sqlite');
after(() => service[Symbol.asyncDispose]());

async function linksOf(send: HttpClient['send']): Promise<string[]> {
  const { text } = await send('GET', '/docs');
  const links = Array.from(text.matchAll(/(?:src|href)="([^"]+)"/g), ([, link = '']) => link);
  return links.filter((link) => !link.startsWith('data:')).map((link) => `/${link}`);
}

test('`GET /docs` needs no learner and has a content security policy without exceptions', async () => {
  const { status, headers, text } = await service.send('GET', '/docs');
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(headers['content-security-policy'], POLICY);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['cache-control'], 'no-cache');
  assert.doesNotMatch(text, /<script>|<style|style=|https?:/);
});

test('`GET /` leads to the docs page', async () => {
  const { status, headers } = await service.send('GET', '/');
  assert.deepEqual([status, headers['location']], [302, '/docs']);
});

test('The server serves every file of the docs page with its content type', async () => {
  const { send } = service;
  const links = await linksOf(send);
  assert.deepEqual(links.toSorted(), [
    '/docs/page.css',
    '/docs/start.js',
    '/docs/swagger-ui-bundle.js',
    '/docs/swagger-ui.css',
    '/openapi.json',
  ]);
  for (const link of links.filter((path) => path.startsWith('/docs/'))) {
    const { status, headers, text } = await send('GET', link);
    assert.equal(status, 200, link);
    const type = link.endsWith('.css') ? 'text/css' : 'text/javascript';
    assert.equal(headers['content-type'], `${type}; charset=utf-8`);
    assert.equal(headers['cache-control'], 'public, max-age=3600');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-length'], String(Buffer.byteLength(text)));
    assert.equal((await send('GET', link)).text, text);
  }
});

test('The files of the docs page answer `HEAD` and `OPTIONS`, and `POST` returns 405', async () => {
  const { send } = service;
  for (const path of ['/docs', '/docs/start.js', '/docs/swagger-ui-bundle.js']) {
    const got = await send('GET', path);
    const head = await send('HEAD', path);
    assert.equal(head.status, 200);
    assert.equal(head.text, '');
    for (const name of ['content-type', 'content-length', 'cache-control', 'content-security-policy']) {
      assert.equal(head.headers[name], got.headers[name]);
    }
    const post = await send('POST', path);
    assertProblem(post, 405, 'method-not-allowed');
    assert.equal(post.headers['allow'], 'GET, HEAD, OPTIONS');
    assert.equal((await send('OPTIONS', path)).headers['allow'], 'GET, HEAD, OPTIONS');
  }
});

test('Any other path under `/docs` returns 404', async () => {
  const paths = ['/docs/', '/docs/index.html', '/docs/..%2f..%2fpackage.json', '/docs/swagger-ui.css.map'];
  for (const path of paths) assertProblem(await service.send('GET', path), 404, 'route-not-found');
});

test('Responses outside `/docs` forbid caching, framing and the loading of resources', async () => {
  for (const path of ['/livez', '/openapi.json', '/nowhere']) {
    const { headers } = await service.send('GET', path);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
  }
});

test('The built program serves the same docs files as the sources', async () => {
  await using built = await startService(['--database', 'sqlite::memory:', '--port', '0']);
  await using client = new HttpClient(built.url);
  for (const path of ['/docs', ...(await linksOf(service.send))]) {
    const answer = await client.send('GET', path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.text, (await service.send('GET', path)).text, path);
  }
});
