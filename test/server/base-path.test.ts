import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { test } from 'node:test';
import express from 'express';
import { connectStats } from '../../src/client/index.js';
import { createListener, serve } from '../../src/server/index.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertProblem, bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { listen } from '../support/ports.js';

type Embed = (fixture: Fixture) => RequestListener;

const EMBEDDINGS: Readonly<Record<string, Embed>> = {
  '`basePath` in `node:http`': ({ stats }) => createListener(stats, { basePath: '/stats' }),
  'the mount path of Express': ({ stats }) => express().use('/stats', createListener(stats)),
  'the mount path of Express, as `basePath` too': ({ stats }) =>
    express().use('/stats', createListener(stats, { basePath: '/stats' })),
  '`basePath` in Express without a mount path': ({ stats }) =>
    express().use(createListener(stats, { basePath: '/stats' })),
};

async function embed(embedding: Embed) {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await createFixture('sqlite'));
  const server = stack.use(createServer(embedding(fixture)));
  const client = stack.use(new HttpClient(`http://127.0.0.1:${await listen(server)}`));
  const resources = stack.move();
  return { ...fixture, client, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

for (const [name, embedding] of Object.entries(EMBEDDINGS)) {
  test(`\`Location\`, \`Link\` and the OpenAPI document have the prefix of ${name}`, async () => {
    await using service = await embed(embedding);
    const { client, courseId } = service;
    const userId = newUserId();
    const course = `/stats/courses/${courseId}`;

    assert.equal((await client.send('GET', '/stats/')).headers['location'], '/stats/docs');
    const posted = await client.send('POST', course, { userId, json: sessionContent() });
    assert.equal(posted.status, 201, posted.text);
    const { location = '' } = posted.headers;
    assert.match(location, new RegExp(`^${course}/sessions/[0-9a-f-]{36}$`));
    assert.deepEqual(bodyOf(await client.send('GET', location, { userId })), bodyOf(posted));
    const added = await client.send('POST', '/stats/courses', { userId, json: { name: 'Logic' } });
    assert.match(added.headers['location'] ?? '', /^\/stats\/courses\/[0-9a-f-]{36}$/);

    await client.send('POST', course, { userId, json: sessionContent() });
    const { headers } = await client.send('GET', `${course}/sessions?limit=1`, { userId });
    const next = /^<(.*)>; rel="next"$/.exec(headers['link'] ?? '')?.[1] ?? '';
    assert.ok(next.startsWith(`${course}/sessions?`), next);
    assert.equal((await client.send('GET', next, { userId })).status, 200);

    const document = await client.send('GET', '/stats/openapi.json');
    assert.match(document.text, /"servers":\[\{"url":"\/stats",/);
  });

  test(`The docs page loads its files below the prefix of ${name}`, async () => {
    await using service = await embed(embedding);
    const { text } = await service.client.send('GET', '/stats/docs');
    const links = Array.from(text.matchAll(/(?:src|href)="([^":]+)"/g), ([, link = '']) => link);
    assert.equal(links.length, 5);
    for (const link of links) {
      const { pathname } = new URL(link, 'http://stats/stats/docs');
      assert.equal((await service.client.send('GET', pathname)).status, 200, pathname);
    }
  });
}

test('With `basePath`, a path without the prefix returns 404', async () => {
  await using service = await embed(({ stats }) => createListener(stats, { basePath: '/stats' }));
  for (const path of ['/livez', '/statslivez', '/STATS/livez', '/stats/stats/livez', '/'])
    assert.match(
      assertProblem(await service.client.send('GET', path), 404, 'route-not-found').detail,
      / \/stats\/openapi\.json /,
    );
  assert.equal((await service.client.send('GET', '/stats/livez?x=1')).status, 200);
  assert.equal((await service.client.send('GET', '/stats')).headers['location'], '/stats/docs');
});

test('`basePath` overrides the mount path of Express, behind a proxy that removes a prefix', async () => {
  await using service = await embed(({ stats }) =>
    express().use('/stats', createListener(stats, { basePath: '/api/stats' })),
  );
  const answer = await service.client.send('POST', '/stats/courses', {
    userId: newUserId(),
    json: { name: 'Logic' },
  });
  assert.match(answer.headers['location'] ?? '', /^\/api\/stats\/courses\//);
});

test('The URL of a server with `basePath` works in `connectStats`', async () => {
  await using fixture = await createFixture('sqlite');
  await using server = await serve(fixture.stats, { port: 0, basePath: '/stats' });
  await using client = connectStats({ server: server.url });
  const { items } = await client.listCourses({});
  assert.equal(items.length, 1);
});

test('An invalid `basePath` throws a `RangeError` that states the rule', async () => {
  await using fixture = await createFixture('sqlite');
  for (const basePath of ['stats', '/', '/stats/', '//', '/a b', '/a?b', 'http://host/stats'])
    assert.throws(() => createListener(fixture.stats, { basePath }), {
      name: 'RangeError',
      message: `basePath is "${basePath}"; it must begin with / and must not end with /.`,
    });
});
