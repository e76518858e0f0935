import assert from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { Assets } from '../../../src/server/assets.js';
import { SessionSeal, type SessionClaims } from '../../../src/server/auth/session-seal.js';
import { TokenAuthenticator } from '../../../src/server/auth/token.js';
import { LinkSignIn } from '../../../src/server/auth/link-sign-in.js';
import { RefusedSignIn } from '../../../src/server/auth/sign-in-session.js';
import { TokenSignIn } from '../../../src/server/auth/token-sign-in.js';
import {
  assertServable,
  createListener,
  newSecret,
  serve,
  type SecurityEvent,
} from '../../../src/server/index.js';
import { toUserId } from '../../../src/core/index.js';
import { textOf } from '../../support/dashboard.js';
import { newCourseId, newUserId, sessionContent } from '../../support/factories.js';
import { createFixture } from '../../support/fixture.js';
import type { HttpAnswer } from '../../support/http-answer.js';
import { HttpClient } from '../../support/http-client.js';
import { createTokenService } from '../../support/token-service.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
const HOUR = 3_600_000;

function signIn(client: HttpClient, fields: Record<string, string>, headers = {}): Promise<HttpAnswer> {
  const body = new URLSearchParams(fields).toString();
  return client.send('POST', '/dashboard/session', { body, headers: { ...FORM, ...headers } });
}

/** Returns the cookie of a successful sign-in, as the browser sends it back. */
function cookieOf({ status, headers, text }: HttpAnswer): string {
  assert.equal(status, 303, text);
  const [cookie = ''] = headers['set-cookie']?.split(';') ?? [];
  assert.match(cookie, /^\w+=[\w-]+$/);
  return cookie;
}

test('A token and an API key open a session for pages, and for nothing else', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const { stats, courseId, issuer } = service;
  const userId = newUserId();
  await stats.recordSession({ userId, courseId, session: sessionContent() });
  const key = await service.createKey(['admin']);
  const course = `/dashboard/courses/${courseId}`;

  const away = await client.send('GET', `${course}?sort=userId`);
  assert.equal(away.status, 303);
  assert.equal(
    away.headers['location'],
    `../../dashboard/sign-in?next=${encodeURIComponent(`/courses/${courseId}?sort=userId`)}`,
  );
  const form = await client.send('GET', `/dashboard/sign-in?next=${encodeURIComponent('/me?x="><b>')}`);
  assert.equal(form.status, 200);
  assert.match(form.text, /method="post"\s+action="\.\.\/dashboard\/session"/);
  assert.ok(form.text.includes('value="/me?x=&quot;&gt;&lt;b&gt;"'));

  const opened = await signIn(client, { credential: ` ${key}\n`, next: `/courses/${courseId}?sort=userId` });
  assert.equal(opened.headers['location'], `../dashboard/courses/${courseId}?sort=userId`);
  assert.match(
    opened.headers['set-cookie'] ?? '',
    /^stats_session=[\w-]+; Max-Age=3600; HttpOnly; SameSite=Strict$/,
  );
  const cookie = cookieOf(opened);
  for (const path of ['/dashboard', course, `${course}/learners.csv`, `${course}/learners/${userId}`]) {
    for (const method of ['GET', 'HEAD']) {
      const page = await client.send(method, path, { headers: { cookie: `a=b; ${cookie}; c=d` } });
      assert.equal(page.status, 200, path);
      assert.equal(page.headers['set-cookie'], undefined);
    }
  }
  const page = await client.send('GET', course, { headers: { cookie } });
  assert.match(textOf(page.text), /Sign out/);
  const sparkline = `${course}/sparkline.svg`;
  const kept = await client.send('GET', sparkline, { headers: { cookie } });
  assert.deepEqual([kept.headers['cache-control'], kept.headers['vary']], ['private, max-age=60', 'Cookie']);
  const bearer = await client.send('GET', sparkline, { headers: { authorization: `Bearer ${key}` } });
  assert.deepEqual([bearer.status, bearer.headers['cache-control']], [200, 'private, no-store']);
  // Another service of the same host can have set a cookie of the same name.
  for (const cookies of [`stats_session=x; ${cookie}`, `${cookie}; stats_session=x`]) {
    assert.equal((await client.send('GET', course, { headers: { cookie: cookies } })).status, 200, cookies);
  }
  // Trying each of hundreds would take long.
  const flood = 'stats_session=x; '.repeat(8) + cookie;
  assert.equal((await client.send('GET', course, { headers: { cookie: flood } })).status, 303);

  // The cookie is of an admin.
  const json = sessionContent();
  const other = [
    ['GET', '/courses'],
    ['GET', '/whoami'],
    ['GET', `/courses/${courseId}/learners`],
    ['GET', `/courses/${courseId}/activity.svg`],
    ['POST', `/courses/${courseId}`],
    ['DELETE', `/courses/${courseId}`],
    ['DELETE', '/me'],
  ] as const;
  for (const [method, path] of other) {
    const answer = await client.send(method, path, { json, userId, headers: { cookie } });
    assert.equal(answer.status, 401, path);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
  }
  for (const method of ['POST', 'PUT', 'DELETE']) {
    assert.equal((await client.send(method, course, { json, headers: { cookie } })).status, 405);
  }

  const own = cookieOf(await signIn(client, { credential: await issuer.sign(userId) }));
  assert.equal((await client.send('GET', '/dashboard/me', { headers: { cookie: own } })).status, 200);
  assert.equal((await client.send('GET', course, { headers: { cookie: own } })).status, 403);

  const closed = await client.send('POST', '/dashboard/sign-out', { headers: { ...FORM, cookie } });
  assert.deepEqual(
    [closed.status, closed.headers['location'], closed.headers['set-cookie']],
    [303, '../dashboard/sign-in', 'stats_session=; Max-Age=0; HttpOnly; SameSite=Strict'],
  );
});

test('A reader whose key cannot read a page learns why, and can sign out', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const credential = await service.createKey(['sessions:write', 'courses:write']);
  const cookie = cookieOf(await signIn(client, { credential }));
  const courses = `/dashboard/courses`;
  const missing = `${courses}/${service.courseId}`;
  const rows: readonly (readonly [path: string, status: number, text: RegExp])[] = [
    [
      '/dashboard',
      400,
      /Sign out This page is for a learner You are signed in without one.*Sign in with the/,
    ],
    ['/dashboard/me', 400, /Sign out This page is for a learner You are signed in without one/],
    [courses, 403, /Sign out A scope is missing .*requires the scope stats:read/],
    [missing, 403, /Sign out A scope is missing/],
  ];
  for (const [path, status, text] of rows) {
    const answer = await client.send('GET', path, { headers: { cookie } });
    assert.equal(answer.status, status);
    assert.match(textOf(answer.text), text);
  }
});

test('A wrong credential gets the form again, without a reason, and no page, header or log has it', async () => {
  await using fixture = await createFixture('sqlite');
  const { keys } = fixture.stats;
  const events: SecurityEvent[] = [];
  const auth = { mode: 'token', keys } as const;
  await using server = await serve(fixture.stats, { port: 0, auth, onSecurityEvent: (e) => events.push(e) });
  await using client = new HttpClient(server.url);
  const { key, text } = await keys.create({ name: 'Test', scopes: ['stats:read'] });
  await keys.revoke(key.keyId);
  const wrong = [text, text.replace(/.$/, '_'), 'a.b.c', '', 'x'.repeat(5_000), 'é', key.keyId];
  const bodies = new Set<string>();
  for (const credential of wrong) {
    const answer = await signIn(client, { credential, next: '/me' });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['www-authenticate'], 'Bearer');
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.match(textOf(answer.text), /The token or API key is not accepted\./);
    bodies.add(answer.text);
  }
  assert.equal(bodies.size, 1);
  assert.ok(!Array.from(bodies).join('').includes('ssk_'));
  assert.equal(events.length, wrong.length);
  assert.deepEqual(
    [events[0]?.code, events[0]?.subject, events[0]?.route],
    ['invalid-token', key.keyId, '/dashboard/session'],
  );
  assert.ok(!JSON.stringify(events).includes(text.slice(-32)));

  const large = await signIn(client, { credential: 'x'.repeat(17_000) });
  assert.equal(large.status, 413);
  const json = await client.send('POST', '/dashboard/session', { json: { credential: text } });
  assert.equal(json.status, 415);
});

test('A form of another site is refused', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const credential = await service.createKey(['stats:read']);
  const { host } = new URL(service.url);
  const plain = { 'content-type': 'application/x-www-form-urlencoded' };
  const rows: readonly (readonly [status: number, headers: Record<string, string>])[] = [
    [403, { 'sec-fetch-site': 'cross-site' }],
    [403, { 'sec-fetch-site': 'same-site', origin: `http://${host}` }],
    [403, { origin: 'https://evil.example' }],
    [403, { origin: 'null' }],
    [403, { origin: `http://${host}.evil.example` }],
    [303, { origin: `http://${host}` }],
    [303, { 'sec-fetch-site': 'same-origin', origin: 'https://stats.example.org' }],
    [303, {}],
  ];
  for (const [status, headers] of rows) {
    const body = new URLSearchParams({ credential }).toString();
    for (const path of ['/dashboard/session', '/dashboard/sign-out']) {
      const answer = await client.send('POST', path, { body, headers: { ...plain, ...headers } });
      assert.equal(answer.status, status, `${path} ${JSON.stringify(headers)}`);
      assert.equal(answer.headers['set-cookie'] === undefined, status === 403);
    }
  }
  // Everywhere but on loopback, the cookie is for https only.
  for (const [origin, isSecure] of [
    ['https://stats.example.org', true],
    ['http://stats.example.org', true],
    ['https://localhost', true],
    ['http://localhost:8080', false],
  ] as const) {
    const answer = await signIn(client, { credential }, { origin });
    assert.equal(answer.headers['set-cookie']?.endsWith('; Secure'), isSecure, origin);
  }
});

test('The sign-in leads to a page of the dashboard only', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const credential = await service.createKey(['stats:read']);
  const elsewhere = [
    'https://evil.example/',
    '//evil.example',
    '/../evil',
    '/..%2fevil',
    '/%2e%2e/evil',
    '/./x',
    '/.evil',
    '.evil.example',
    '@evil.example',
    '/x\\..\\evil',
    '/x\r\nSet-Cookie: a=b',
    '/me?x=\n',
    `/me?x=${'x'.repeat(2_000)}`,
  ];
  for (const next of elsewhere) {
    const { status, headers } = await signIn(client, { credential, next });
    assert.deepEqual([status, headers['location']], [303, '../dashboard'], next);
  }
  const { headers } = await signIn(client, { credential, next: '/courses?timeZone=Europe%2FParis&x=//' });
  assert.equal(headers['location'], '../dashboard/courses?timeZone=Europe%2FParis&x=//');
  const auth = { mode: 'token', keys: service.stats.keys } as const;
  await using prefixed = await serve(service.stats, { port: 0, auth, basePath: '/stats' });
  await using below = new HttpClient(prefixed.url);
  const away = await below.send('GET', '/dashboard/courses');
  assert.equal(away.headers['location'], '../dashboard/sign-in?next=%2Fcourses');
  assert.equal((await signIn(below, { credential })).headers['location'], '../dashboard');
  // A link of another site comes without the cookie, which the browser sends when a page of this site leads on.
  const site = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  const linked = await client.send('GET', '/dashboard/me?x=1', { headers: site });
  const onward = 'dashboard/session?next=%2Fme%3Fx%3D1';
  assert.deepEqual([linked.status, linked.headers['refresh']], [200, `0; url=../${onward}`]);
  const cookie = cookieOf(await signIn(client, { credential }));
  const locationOf = async (sent: Record<string, string>) =>
    (await client.send('GET', `/${onward}`, { headers: sent })).headers['location'];
  assert.equal(await locationOf({ cookie }), '../dashboard/me?x=1');
  // A browser that does not send it here either gets the form, and not the same page again.
  assert.equal(await locationOf(site), '../dashboard/sign-in?next=%2Fme%3Fx%3D1');
});

test('A forged, foreign or expired session is none', async () => {
  const secret = newSecret();
  await using service = await createTokenService(secret);
  await using client = new HttpClient(service.url);
  const userId = toUserId(newUserId());
  const expires = Date.now() + HOUR;
  const claims: SessionClaims = { kind: 'learner', userId, scopes: ['stats:read'], expires };
  const seal = new SessionSeal(secret);
  const sealed = seal.seal(claims) ?? '';
  const statusOf = async (value: string) => {
    const headers = { cookie: `stats_session=${value}` };
    const { status, headers: answer } = await client.send('GET', '/dashboard/courses', { headers });
    if (status === 303) assert.match(answer['location'] ?? '', /^\.\.\/dashboard\/sign-in\?next=%2Fcourses$/);
    return status;
  };
  assert.equal(await statusOf(sealed), 200);
  const bytes = Buffer.from(sealed, 'base64url');
  for (let index = 0; index < bytes.length; index++) {
    const forged = Buffer.from(bytes);
    forged[index] = (forged[index] ?? 0) ^ 1;
    assert.equal(seal.open(forged.toString('base64url'), Date.now()), undefined, String(index));
  }
  const old = seal.seal({ ...claims, expires: Date.now() - 1 });
  const foreign = new SessionSeal(newSecret()).seal(claims);
  const link = seal.seal({ kind: 'link', expires });
  for (const value of [old, foreign, link, sealed.slice(0, -4), sealed.slice(0, 20), '', 'x', '%', '.']) {
    assert.equal(await statusOf(value ?? ''), 303, value);
  }
  assert.throws(
    () => new SessionSeal('x'.repeat(31)),
    /sessionSecret has 31 bytes; it must have at least 32/,
  );
});

test('A session ends with the token, and an hour after the sign-in at the latest', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const ageOf = async (seconds: number) => {
    const credential = await service.issuer.sign(newUserId(), { expiresIn: seconds });
    const { status, headers } = await signIn(client, { credential });
    return status === 303 ? Number(/Max-Age=(\d+)/.exec(headers['set-cookie'] ?? '')?.[1]) : status;
  };
  const short = await ageOf(600);
  assert.ok(short > 590 && short <= 600, String(short));
  assert.equal(await ageOf(100_000), 3_600);
  // Requests with the token itself would still be within the tolerance.
  assert.equal(await ageOf(-5), 401);
});

test('A session of an API key ends at most 5 seconds after the key is revoked', async () => {
  await using fixture = await createFixture('sqlite');
  const { keys } = fixture.stats;
  let now = Date.now();
  const clock = () => now;
  const secret = newSecret();
  const authenticator = new TokenAuthenticator({ jwt: undefined, keys, clock });
  const browser = new TokenSignIn(new Assets(), authenticator, { secret, clock });
  const { key } = await keys.create({ name: 'Test', scopes: ['stats:read'] });
  const { keyId } = key;
  const request = new IncomingMessage(new Socket());
  const sealed = new SessionSeal(secret).seal({ kind: 'key', keyId, expires: now + HOUR });
  request.headers.cookie = `stats_session=${sealed}`;
  const subject = async () => {
    const entered = await browser.enter(request, '/dashboard', '');
    return 'subject' in entered ? entered.subject : undefined;
  };
  assert.equal(await subject(), keyId);
  await keys.revoke(keyId);
  now += 4_999;
  assert.equal(await subject(), keyId);
  now += 1;
  await assert.rejects(subject(), (error) => {
    assert.ok(error instanceof RefusedSignIn);
    assert.deepEqual([error.subject, error.page.status], [keyId, 303]);
    return true;
  });
  // Another cookie may have a key that is not revoked.
  const { key: other } = await keys.create({ name: 'Other', scopes: ['stats:read'] });
  const valid = new SessionSeal(secret).seal({ kind: 'key', keyId: other.keyId, expires: now + HOUR });
  request.headers.cookie = `stats_session=${sealed}; stats_session=${valid}`;
  assert.equal(await subject(), other.keyId);
  // The id of a key is not a credential.
  const bearer = new IncomingMessage(new Socket());
  bearer.headers.authorization = `Bearer ${keyId}`;
  await assert.rejects(async () => browser.enter(bearer, '/dashboard', ''), /not valid/);
});

test('A session has the courses of its credential, as many as a cookie can hold', async () => {
  await using service = await createTokenService();
  await using client = new HttpClient(service.url);
  const { stats, courseId, issuer } = service;
  const { courseId: other } = await stats.addCourse({ course: { name: 'Botany' } });
  const jwtOf = (courses: readonly string[]) =>
    issuer.sign(newUserId(), { claims: { scope: 'stats:read', courses } });
  const many = Array.from({ length: 130 }, newCourseId);
  for (const credential of [
    await service.createKey(['stats:read'], [other]),
    await jwtOf([other]),
    await jwtOf([...many, other]),
  ]) {
    const cookie = cookieOf(await signIn(client, { credential }));
    const statusOf = async (path: string) => (await client.send('GET', path, { headers: { cookie } })).status;
    assert.deepEqual(
      [await statusOf(`/dashboard/courses/${other}`), await statusOf(`/dashboard/courses/${courseId}`)],
      [200, 403],
    );
  }
  const refused = await signIn(client, { credential: await jwtOf(Array.from({ length: 150 }, newCourseId)) });
  assert.equal(refused.status, 403);
  assert.match(textOf(refused.text), /limited to more courses than a session can hold/);
});

test('The link of a local dashboard works once, for the browser of this machine, and only reads', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  const code = newSecret();
  await using server = await serve(stats, { port: 0, auth: { mode: 'link', code } });
  await using client = new HttpClient(server.url);
  const path = `/dashboard/open?code=${code}`;
  const open = (url = path, headers = {}, method = 'GET') => client.send(method, url, { headers });
  assert.equal((await open('/dashboard')).status, 401);
  assert.equal((await open('/courses')).status, 401);
  assert.equal((await open(path, { host: 'evil.example' })).status, 403);
  assert.equal((await open(path, { 'sec-purpose': 'prefetch;prerender' })).status, 401);
  assert.equal((await open(path, {}, 'HEAD')).status, 401);
  assert.equal((await open('/dashboard/open?code=wrong')).status, 401);
  assert.equal((await open('/dashboard/open')).status, 401);

  const opened = await open();
  assert.deepEqual([opened.status, opened.headers['location']], [303, '../dashboard']);
  assert.match(
    opened.headers['set-cookie'] ?? '',
    /^stats_dashboard_\d+=[\w-]+; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  const cookie = cookieOf(opened);
  const again = await open();
  assert.equal(again.status, 401);
  assert.match(textOf(again.text), /run it again/);
  assert.equal((await open(path, { cookie })).headers['location'], '../dashboard');
  const site = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  const onward = 'dashboard/open?next=%2Fcourses';
  const linked = await open('/dashboard/courses', site);
  assert.deepEqual([linked.status, linked.headers['refresh']], [200, `0; url=../${onward}`]);
  assert.equal((await open(`/${onward}`, { cookie })).headers['location'], '../dashboard/courses');
  assert.equal((await open(`/${onward}`, site)).status, 401);
  const own = await open('/dashboard/me', { cookie });
  assert.equal(own.status, 400);
  assert.match(textOf(own.text), /The local dashboard shows all learners, .* Go to the home page Status 400/);

  for (const page of ['/dashboard', `/dashboard/courses/${courseId}`, '/courses']) {
    assert.equal((await open(page, { cookie })).status, 200, page);
    assert.equal(
      (await open(page, { cookie: `${cookie.replace(/=.*/, '=')}; ${cookie}` })).status,
      200,
      page,
    );
    assert.equal((await open(page, { cookie, host: 'evil.example' })).status, 403, page);
  }
  const userId = newUserId();
  const headers = { cookie };
  for (const [method, target] of [
    ['POST', `/courses/${courseId}`],
    ['PUT', `/courses/${courseId}`],
    ['DELETE', '/me'],
  ] as const) {
    const answer = await client.send(method, target, { userId, json: sessionContent(), headers });
    assert.equal(answer.status, 403, `${method} ${target}`);
  }
  for (const short of ['', 'x'.repeat(31)]) {
    assert.throws(() => createListener(stats, { auth: { mode: 'link', code: short } }), {
      name: 'RangeError',
      message: `code has ${short.length} bytes; it must have at least 32.`,
    });
  }
  assert.throws(
    () => assertServable({ host: '0.0.0.0', auth: { mode: 'link', code } }),
    /must be a loopback address/,
  );
});

test('The link works for 5 minutes', async () => {
  let now = Date.now();
  const code = newSecret();
  const statusAfter = async (milliseconds: number) => {
    const start = now;
    const link = new LinkSignIn(new Assets(), code, () => now);
    now += milliseconds;
    const request = new IncomingMessage(new Socket());
    request.url = `/dashboard/open?code=${code}`;
    request.method = 'GET';
    request.headers.host = 'localhost';
    const opened = link.open(request).then(({ status }) => status);
    const status = await opened.catch(
      (error: unknown) => error instanceof RefusedSignIn && error.page.status,
    );
    now = start;
    return status;
  };
  assert.deepEqual([await statusAfter(299_999), await statusAfter(300_000)], [303, 401]);
});
