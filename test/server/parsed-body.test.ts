import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import express, { type RequestHandler } from 'express';
import { createListener } from '../../src/server/index.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertFaults, assertProblem, bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { listen } from '../support/ports.js';

/** Serves the API in Express after a middleware. */
async function serveAfter(middleware: RequestHandler) {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await createFixture('sqlite'));
  const errors: unknown[] = [];
  const listener = createListener(fixture.stats, { onError: (error) => errors.push(error) });
  const server = stack.use(createServer(express().use(middleware, listener)));
  const client = stack.use(new HttpClient(`http://127.0.0.1:${await listen(server)}`));
  const resources = stack.move();
  return { ...fixture, client, errors, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

const PARSERS: Readonly<Record<string, RequestHandler>> = {
  'express.json()': express.json(),
  'express.raw()': express.raw({ type: 'application/json' }),
};

for (const [name, parser] of Object.entries(PARSERS)) {
  test(`After \`${name}\`, a session is recorded and validated like without it`, async () => {
    await using service = await serveAfter(parser);
    const { client, courseId } = service;
    const userId = newUserId();
    const path = `/courses/${courseId}`;
    const json = { sessionId: newSessionId(), ...sessionContent() };
    const recorded = await client.send('POST', path, { userId, json });
    assert.equal(recorded.status, 201, recorded.text);
    const replayed = await client.send('POST', path, { userId, json });
    assert.equal(replayed.status, 200);
    assert.deepEqual(bodyOf(replayed), bodyOf(recorded));

    const invalid = { ...json, averageScore: '85%', score: 1 };
    const places = ['/averageScore', '/score'];
    assertFaults(await client.send('POST', path, { userId, json: invalid }), 400, 'invalid-request', places);
    assertFaults(await client.send('POST', path, { userId, json: [] }), 400, 'invalid-request', ['']);
    assert.equal((await client.send('POST', path, { userId, body: '' })).status, 400);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await client.send('POST', path, { userId, body: 'a=1', headers: form });
    assertFaults(posted, 415, 'unsupported-media-type', ['Content-Type']);
    assert.equal((await service.stats.getStats({ userId, courseId })).sessionCount, 1);
  });
}

const READERS: Readonly<Record<string, (request: IncomingMessage) => Promise<unknown>>> = {
  'has read the body': async (request) => once(request.resume(), 'end'),
  'has read a part of the body': async (request) => once(request, 'data'),
};

for (const [name, read] of Object.entries(READERS)) {
  test(`If a middleware ${name} and left no \`body\`, the response is a 500 with the reason`, async () => {
    await using service = await serveAfter(async (request, _, next) => {
      await read(request);
      next();
    });
    const options = { userId: newUserId(), json: sessionContent() };
    const answer = await service.client.send('POST', `/courses/${service.courseId}`, options);
    const { detail } = assertProblem(answer, 500, 'internal-error');
    assert.match(detail, /middleware .* has read the body and has not set request\.body\./);
    assert.equal(service.errors.length, 1);
  });
}

test('A request that a middleware has paused is answered', async () => {
  await using service = await serveAfter((request, _, next) => {
    request.pause();
    next();
  });
  const options = { userId: newUserId(), json: sessionContent() };
  const answer = await service.client.send('POST', `/courses/${service.courseId}`, options);
  assert.equal(answer.status, 201, answer.text);
});

test('The response of a middleware before the listener stays, and the process continues', async () => {
  await using service = await serveAfter((_, response, next) => {
    response.writeHead(504).end();
    next();
  });
  const { client, courseId } = service;
  const options = { userId: newUserId(), json: sessionContent() };
  assert.equal((await client.send('POST', `/courses/${courseId}`, options)).status, 504);
  assert.equal((await client.send('GET', '/livez')).status, 504);
  assert.equal(service.errors.length, 2);
  for (const error of service.errors) assert.match(String(error), /headers after they are sent/);
});

test('A request whose client disconnected in a middleware is completed with status 499', async () => {
  await using fixture = await createFixture('sqlite');
  const { promise, resolve } = Promise.withResolvers<number>();
  const listener = createListener(fixture.stats, { onResponse: ({ status }) => resolve(status) });
  const reached = Promise.withResolvers<void>();
  await using server = createServer((request, response) => {
    request.once('close', () => listener(request, response));
    reached.resolve();
  });
  const client = new AbortController();
  const sent = fetch(`http://127.0.0.1:${await listen(server)}/courses/${fixture.courseId}`, {
    method: 'POST',
    headers: { 'X-User-Id': newUserId(), 'Content-Type': 'application/json' },
    body: new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from('{')) }),
    duplex: 'half',
    signal: client.signal,
  });
  await reached.promise;
  client.abort();
  await assert.rejects(sent, { name: 'AbortError' });
  assert.equal(await promise, 499);
});
