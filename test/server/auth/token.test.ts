import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { deriveId } from '../../../src/core/index.js';
import { JwtVerifier } from '../../../src/server/auth/jwt.js';
import { TokenAuthenticator } from '../../../src/server/auth/token.js';
import { serve, type SecurityEvent } from '../../../src/server/index.js';
import { DIALECTS } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { newUserId, sessionContent } from '../../support/factories.js';
import { createFixture } from '../../support/fixture.js';
import { bodyOf } from '../../support/http-answer.js';
import { HttpClient } from '../../support/http-client.js';
import { Issuer } from '../../support/issuer.js';

function requestWith(authorization: string): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.headers.authorization = authorization;
  return request;
}

for (const dialect of DIALECTS) {
  test(`A revoked API key on ${dialect} is refused after at most 5 seconds, and its last use is recorded`, async () => {
    await using fixture = await createFixture(dialect);
    const { keys } = fixture.stats;
    let now = Date.parse('2026-11-22T10:00:00Z');
    const authenticator = new TokenAuthenticator({ jwt: undefined, keys, clock: () => now });
    const { key, text } = await keys.create({ name: 'report', scopes: ['stats:read'] });
    const authenticate = async () => authenticator.authenticate(requestWith(`bearer  ${text} `));
    assert.equal((await authenticate()).subject, key.keyId);
    await keys.revoke(key.keyId);
    now += 4_999;
    assert.equal((await authenticate()).subject, key.keyId);
    now += 1;
    await assert.rejects(authenticate(), /the API key is revoked/);
    const [listed] = await keys.list();
    assert.equal(listed?.lastUsedAt, '2026-11-22T10:00:00.000Z');
  });
}

test('A JWT names its learner by any text in any claim, and is remembered until it expires', async () => {
  await using issuer = await Issuer.create();
  let now = Date.now();
  const jwt = new JwtVerifier({ ...issuer.options, userClaim: 'email' });
  const authenticator = new TokenAuthenticator({ jwt, keys: undefined, clock: () => now });
  const claims = { email: 'ann@example.org', scope: 'openid stats:read other', courses: ['Logic'] };
  const token = await issuer.sign('4711', { claims, expiresIn: 100 });
  const caller = await authenticator.authenticate(requestWith(`Bearer ${token}`));
  assert.equal(caller.userId, deriveId('ann@example.org'));
  assert.deepEqual([...caller.scopes], ['stats:read']);
  assert.deepEqual([...(caller.courses ?? [])], [deriveId('Logic')]);
  // The second time without a promise.
  assert.equal(authenticator.authenticate(requestWith(`Bearer ${token}`)), caller);
  now += 131_000;
  assert.ok(authenticator.authenticate(requestWith(`Bearer ${token}`)) instanceof Promise);
  const nameless = await issuer.sign('4711');
  await assert.rejects(
    async () => authenticator.authenticate(requestWith(`Bearer ${nameless}`)),
    /the claim email must be a text/,
  );
});

test('Refusals and erasures are in the security log, without credentials and ids of learners', async () => {
  await using fixture = await createFixture('sqlite');
  await using issuer = await Issuer.create();
  const events: SecurityEvent[] = [];
  await using server = await serve(fixture.stats, {
    port: 0,
    auth: { mode: 'token', jwt: issuer.options, keys: fixture.stats.keys },
    onSecurityEvent: (event) => events.push(event),
  });
  await using client = new HttpClient(server.url);
  const userId = newUserId();
  const token = await issuer.sign(userId);
  const { key, text } = await fixture.stats.keys.create({ name: 'catalogue', scopes: ['courses:write'] });
  await fixture.stats.keys.revoke(key.keyId);
  const send = (method: string, path: string, authorization: string, headers = {}) =>
    client.send(method, path, { headers: { authorization, ...headers } });
  await send('GET', '/me/courses', 'Basic eDp5');
  await send('GET', '/me/courses', `Bearer ${text}`);
  const missing = await send('DELETE', '/courses/7384c218-7413-5439-8a53-127d6e177480', `Bearer ${token}`);
  assert.deepEqual(
    [Object(bodyOf(missing)).detail, missing.headers['www-authenticate']],
    [
      'This call requires the scope courses:write.',
      'Bearer error="insufficient_scope", scope="courses:write"',
    ],
  );
  await send('DELETE', '/me', `Bearer ${token}`);
  const summary = events.map(({ event, code, scope, route, subject }) => [
    event,
    code,
    scope,
    route,
    subject?.length,
  ]);
  assert.deepEqual(summary, [
    ['refused', 'invalid-token', undefined, '/me/courses', undefined],
    ['refused', 'invalid-token', undefined, '/me/courses', 16],
    ['refused', 'insufficient-scope', 'courses:write', '/courses/{courseId}', 16],
    ['learner erased', undefined, undefined, '/me', 16],
  ]);
  assert.equal(events[1]?.subject, key.keyId);
  const log = JSON.stringify(events);
  for (const secret of [userId, token.slice(-20), text.slice(-20)]) assert.ok(!log.includes(secret));
});

test('A repeated Authorization header and an invalid X-User-Id are refused', async () => {
  await using fixture = await createFixture('sqlite');
  await using issuer = await Issuer.create();
  await using server = await serve(fixture.stats, { port: 0, auth: { mode: 'token', jwt: issuer.options } });
  await using client = new HttpClient(server.url);
  const token = await issuer.sign(newUserId(), { claims: { scope: 'admin' } });
  const authorization = `Bearer ${token}`;
  const twice = await fetch(`${server.url}/whoami`, {
    headers: [
      ['authorization', authorization],
      ['authorization', authorization],
      ['connection', 'close'],
    ],
  });
  // undici joins the two, and `Bearer a, Bearer b` is not a token.
  assert.equal(twice.status, 401);
  const named = await client.send('GET', '/me/courses', { userId: 'ann', headers: { authorization } });
  assert.deepEqual([named.status, Object(bodyOf(named)).errors[0].parameter], [400, 'X-User-Id']);
  const key = await client.send('GET', '/whoami', {
    headers: { authorization: `Bearer ssk_${'0'.repeat(81)}` },
  });
  assert.equal(key.status, 401);
  const huge = await client.send('GET', '/whoami', {
    headers: { authorization: `Bearer ${'x'.repeat(15_000)}` },
  });
  assert.equal(huge.status, 401);
});

test('A remembered token is verified again, so that a key that the issuer has removed loses its effect', async () => {
  await using issuer = await Issuer.create();
  let now = Date.now();
  const jwt = new JwtVerifier(issuer.options);
  const authenticator = new TokenAuthenticator({ jwt, keys: undefined, clock: () => now });
  const token = await issuer.sign('ann', { expiresIn: 86_400 });
  await authenticator.authenticate(requestWith(`Bearer ${token}`));
  assert.ok(!(authenticator.authenticate(requestWith(`Bearer ${token}`)) instanceof Promise));
  now += 310_000;
  assert.ok(authenticator.authenticate(requestWith(`Bearer ${token}`)) instanceof Promise);
});

test('A token without the id of its key is tried with each key, and one of an unusable key is refused', async () => {
  await using directory = await TestDirectory.create();
  const pairs = await Promise.all([1, 2].map(() => generateKeyPair('ES256', { extractable: true })));
  const keys = await Promise.all(
    pairs.map(async ({ publicKey }, index) => ({
      ...(await exportJWK(publicKey)),
      kid: String(index),
      alg: 'ES256',
    })),
  );
  const broken = { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'broken', alg: 'ES256' };
  const jwks = await directory.write('jwks.json', JSON.stringify({ keys: [...keys, broken] }));
  const verifier = new JwtVerifier({ issuer: 'https://issuer.example', audience: 'stats', jwks });
  const sign = (header: { readonly kid?: string }, sub = 'ann', index = 1) =>
    new SignJWT({ iss: 'https://issuer.example', aud: 'stats', sub })
      .setProtectedHeader({ alg: 'ES256', ...header })
      .setExpirationTime('1h')
      .sign(pairs[index]?.privateKey ?? assert.fail());
  for (const index of [0, 1]) {
    const { caller } = await verifier.verify(await sign({}, 'ann', index));
    assert.equal(caller.userId, deriveId('ann'));
  }
  await assert.rejects(verifier.verify(await sign({ kid: 'broken' })), /its key cannot be used/);
  await assert.rejects(verifier.verify(await sign({ kid: '1' }, '\ud800')), /the claim sub must be a text/);
});

test('A credential limited to courses never reveals the name of another course', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats } = fixture;
  const names = ['Anger management', 'Logic', 'Mourning', 'Set theory'];
  const courses = await Promise.all(names.map((name) => stats.addCourse({ course: { name } })));
  const allowed = courses
    .filter(({ name }) => ['Logic', 'Set theory'].includes(name))
    .map(({ courseId }) => courseId);
  const { text } = await stats.keys.create({ name: 'report', scopes: ['stats:read'], courses: allowed });
  await using server = await serve(stats, { port: 0, auth: { mode: 'token', keys: stats.keys } });
  await using client = new HttpClient(server.url);
  const userId = newUserId();
  for (const { courseId } of courses)
    await stats.recordSession({ userId, courseId, session: sessionContent() });
  for (const path of ['/courses', '/me/courses']) {
    const seen: string[] = [];
    let query = '?limit=1';
    for (;;) {
      const headers = { authorization: `Bearer ${text}` };
      const answer = await client.send('GET', `${path}${query}`, { userId, headers });
      assert.equal(answer.status, 200, answer.text);
      const { items, next } = Object(bodyOf(answer));
      seen.push(...items.map(({ name }: { name: string }) => name));
      if (next === null) break;
      assert.deepEqual(JSON.parse(Buffer.from(next, 'base64url').toString()), seen.slice(-1));
      query = `?limit=1&cursor=${next}`;
    }
    assert.deepEqual(seen, ['Logic', 'Set theory']);
    const invalid = await client.send('GET', `${path}?limit=0`, {
      userId,
      headers: { authorization: `Bearer ${text}` },
    });
    assert.equal(invalid.status, 400);
  }
});

test('The keys of an issuer come from a file that exists, or a URL without a password', () => {
  const options = { issuer: 'https://issuer.example', audience: 'stats' };
  for (const jwks of [
    '/nowhere/jwks.json',
    'ftp://issuer.example/jwks',
    'http://issuer.example/jwks',
    'https://user:hunter2@issuer.example/jwks',
  ]) {
    assert.throws(
      () => new JwtVerifier({ ...options, jwks }),
      (error: Error) => error instanceof RangeError && !error.message.includes('hunter2'),
    );
  }
});
