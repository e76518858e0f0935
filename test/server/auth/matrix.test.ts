/**
 * Every route with every credential. A new route fails the test until its row is here: the statuses are written by hand,
 * from the contract.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import {
  exportEnrolments,
  exportSessions,
  openStats,
  SCOPES,
  type CourseId,
  type Scope,
} from '../../../src/core/index.js';
import { serve } from '../../../src/server/index.js';
import { isServiceRoute } from '../../../src/server/router.js';
import { routes } from '../../../src/server/routes/index.js';
import { createDatabase, DIALECTS } from '../../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { bodyOf, type HttpAnswer } from '../../support/http-answer.js';
import { HttpClient } from '../../support/http-client.js';
import { Issuer } from '../../support/issuer.js';

/** A learner for themselves or for another learner, or a credential with a scope for another learner. */
type Sender = 'own' | 'other' | Scope;
type Statuses = Readonly<Record<Sender, number>>;

/** In the order: own, other, stats:read, sessions:write, courses:write, admin. */
function row(...statuses: readonly number[]): Statuses {
  const [own = 0, other = 0, read = 0, write = 0, courses = 0, admin = 0] = statuses;
  return { own, other, 'stats:read': read, 'sessions:write': write, 'courses:write': courses, admin };
}

interface Row {
  readonly statuses: Statuses;
  /** The status if the credential is limited to another course; 200: the list is empty. */
  readonly elsewhere: number;
}

const EXPECTED: Readonly<Record<string, Row>> = {
  addCourse: { statuses: row(403, 403, 403, 403, 201, 201), elsewhere: 403 },
  listCourses: { statuses: row(200, 403, 200, 200, 200, 200), elsewhere: 200 },
  setCourse: { statuses: row(403, 403, 403, 403, 200, 200), elsewhere: 403 },
  deleteCourse: { statuses: row(403, 403, 403, 403, 204, 204), elsewhere: 403 },
  enrolLearner: { statuses: row(403, 403, 403, 403, 200, 200), elsewhere: 403 },
  unenrolLearner: { statuses: row(403, 403, 403, 403, 204, 204), elsewhere: 403 },
  listLearners: { statuses: row(403, 403, 200, 403, 403, 200), elsewhere: 403 },
  getLearner: { statuses: row(403, 403, 200, 403, 403, 200), elsewhere: 403 },
  getSummary: { statuses: row(403, 403, 200, 403, 403, 200), elsewhere: 403 },
  getCourseActivity: { statuses: row(403, 403, 200, 403, 403, 200), elsewhere: 403 },
  recordSession: { statuses: row(201, 403, 403, 201, 403, 201), elsewhere: 403 },
  recordSessions: { statuses: row(403, 403, 403, 200, 403, 200), elsewhere: 200 },
  listSessions: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 403 },
  getSession: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 403 },
  putSession: { statuses: row(200, 403, 403, 200, 403, 200), elsewhere: 403 },
  deleteSession: { statuses: row(204, 403, 403, 204, 403, 204), elsewhere: 403 },
  getStats: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 403 },
  getHistory: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 403 },
  drawCourseActivity: { statuses: row(403, 403, 200, 403, 403, 200), elsewhere: 403 },
  drawHistory: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 403 },
  getLearnerActivity: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 403 },
  listStudiedCourses: { statuses: row(200, 403, 200, 403, 403, 200), elsewhere: 200 },
  eraseUser: { statuses: row(200, 403, 403, 403, 403, 200), elsewhere: 403 },
  whoami: { statuses: row(200, 403, 200, 200, 200, 200), elsewhere: 200 },
};

/** Routes that no learner is the subject of: a credential with a scope sends no `X-User-Id` there. */
const WITHOUT_LEARNER = new Set([
  'addCourse',
  'listCourses',
  'setCourse',
  'deleteCourse',
  'enrolLearner',
  'unenrolLearner',
  'listLearners',
  'getLearner',
  'getSummary',
  'getCourseActivity',
  'recordSessions',
  'whoami',
]);

const own = newUserId();
const other = newUserId();
const elsewhere = newCourseId();

for (const dialect of DIALECTS) {
  test(`Every route on ${dialect} allows each credential what the contract says, and changes nothing otherwise`, async () => {
    await using database = await createDatabase(dialect);
    await using foreign = await createDatabase('sqlite');
    await using issuer = await Issuer.create();
    await using stats = await openStats({ database: database.url });
    await using otherStats = await openStats({ database: foreign.url });
    await using server = await serve(stats, {
      port: 0,
      auth: { mode: 'token', jwt: issuer.options, keys: stats.keys },
    });
    await using client = new HttpClient(server.url);
    const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
    await stats.addCourse({ course: { courseId: elsewhere, name: 'Elsewhere' } });
    const sessionId = newSessionId();
    const session = { sessionId, ...sessionContent() };

    const prepare = async () => {
      for (const userId of [own, other]) {
        await stats.recordSession({ userId, courseId, session });
        await stats.enrolLearner({ userId, courseId, enrolment: {} });
      }
      return stats.addCourse({ course: { name: `Empty ${crypto.randomUUID()}` } });
    };
    const fingerprint = async () => {
      const sessions: unknown[] = [];
      for await (const page of exportSessions({ database: database.url })) sessions.push(...page);
      const enrolments: unknown[] = [];
      for await (const page of exportEnrolments({ database: database.url })) enrolments.push(...page);
      const { items } = await stats.listCourses({ limit: 1_000 });
      return JSON.stringify([sessions, enrolments, items]);
    };
    const send = (
      operation: string,
      token: string | undefined,
      userId: string | undefined,
      empty: CourseId,
    ) => {
      const route = routes.find((each) => each.operation === operation);
      assert.ok(route && !isServiceRoute(route), operation);
      const target = operation === 'deleteCourse' ? empty : courseId;
      // A learner's token has no more power over the own enrolment than over that of others.
      const learner = operation === 'enrolLearner' || userId === undefined ? own : userId;
      const path = route.path
        .replace('{courseId}', target)
        .replace('{sessionId}', sessionId)
        .replace('{userId}', learner);
      const bodies: Readonly<Record<string, unknown>> = {
        addCourse: { name: `New ${crypto.randomUUID()}` },
        setCourse: { name: 'Algebra' },
        enrolLearner: { displayName: 'Ann' },
        recordSession: { ...session, sessionId: newSessionId() },
        recordSessions: { sessions: [{ userId: other, courseId, ...session, sessionId: newSessionId() }] },
        putSession: sessionContent(),
      };
      const json = bodies[operation];
      return client.send(route.method, path, {
        ...(json !== undefined && { json }),
        ...(userId !== undefined && { userId }),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    };

    const operations = routes.filter((route) => !isServiceRoute(route)).map(({ operation }) => operation);
    assert.deepEqual(operations.toSorted(), Object.keys(EXPECTED).toSorted());

    const tokens = new Map<
      string,
      { readonly sender: Sender; readonly token: string; readonly limited: boolean }
    >();
    const add = (name: string, sender: Sender, token: string, limited = false) =>
      tokens.set(name, { sender, token, limited });
    add('JWT of the learner', 'own', await issuer.sign(own));
    add('JWT of another learner', 'other', await issuer.sign(own));
    add(
      'JWT limited to another course',
      'own',
      await issuer.sign(own, { claims: { courses: [elsewhere] } }),
      true,
    );
    for (const scope of SCOPES) {
      add(`JWT with ${scope}`, scope, await issuer.sign(own, { claims: { scope } }));
      const claims = { scope, courses: [elsewhere] };
      add(`JWT with ${scope}, limited`, scope, await issuer.sign(own, { claims }), true);
      const key = await stats.keys.create({ name: scope, scopes: [scope] });
      add(`key with ${scope}`, scope, key.text);
      const limited = await stats.keys.create({ name: scope, scopes: [scope], courses: [elsewhere] });
      add(`key with ${scope}, limited`, scope, limited.text, true);
    }

    // Refused credentials first, because nothing may change.
    const revoked = await stats.keys.create({ name: 'revoked', scopes: ['admin'] });
    await stats.keys.revoke(revoked.key.keyId);
    await using past = await openStats({ database: database.url, clock: () => Date.now() - 86_400_000 });
    const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
    const expired = await past.keys.create({ name: 'expired', scopes: ['admin'], expiresAt: anHourAgo });
    const forKey = await otherStats.keys.create({ name: 'foreign', scopes: ['admin'] });
    const wrong = await generateKeyPair('ES256');
    const claims = { scope: 'admin' };
    const secret = new TextEncoder().encode(issuer.publicKey);
    const payload = { iss: issuer.options.issuer, aud: issuer.options.audience, sub: own, ...claims };
    const valid = await issuer.sign(own, { claims });
    const inAnHour = Math.floor(Date.now() / 1_000) + 3_600;
    const refused: Readonly<Record<string, string | undefined>> = {
      'no credential': undefined,
      'an expired JWT': await issuer.sign(own, { claims, expiresIn: -60 }),
      'a JWT that is not yet valid': await issuer.sign(own, { claims: { ...claims, nbf: inAnHour } }),
      'a JWT of another issuer': await issuer.sign(own, {
        claims: { ...claims, iss: 'https://other.example' },
      }),
      'a JWT for another audience': await issuer.sign(own, { claims: { ...claims, aud: 'other' } }),
      'a JWT signed with another key': await issuer.sign(own, { claims, key: wrong.privateKey }),
      'a JWT without signature': new UnsecuredJWT(payload).setExpirationTime('1h').encode(),
      'a JWT signed with the public key as a secret': await new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', kid: 'one' })
        .setExpirationTime('1h')
        .sign(secret),
      'a JWT without exp': await new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      'a changed JWT': `${valid.slice(0, -4)}AAAA`,
      'a JWT with courses that cannot be read': await issuer.sign(own, {
        claims: { ...claims, courses: elsewhere },
      }),
      'a revoked key': revoked.text,
      'an expired key': expired.text,
      'a key of another database': forKey.text,
      'a key with another secret': `${forKey.text.slice(0, -1)}${forKey.text.endsWith('0') ? '1' : '0'}`,
      nonsense: 'x',
    };
    const empty = await prepare();
    const before = await fingerprint();
    for (const operation of operations) {
      for (const [name, token] of Object.entries(refused)) {
        const answer = await send(operation, token, own, empty.courseId);
        assert.equal(answer.status, 401, `${operation} with ${name}: ${answer.text}`);
        const header = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
        assert.equal(answer.headers['www-authenticate'], header, name);
        assertNoSecret(answer, token);
      }
      for (const [name, { sender, token, limited }] of tokens) {
        const expectedStatus = statusOf(operation, sender, limited);
        if (expectedStatus !== 403) continue;
        const answer = await send(operation, token, userOf(operation, sender), empty.courseId);
        assert.equal(answer.status, 403, `${operation} with ${name}: ${answer.text}`);
        assertNoSecret(answer, token);
      }
    }
    assert.equal(await fingerprint(), before);

    for (const operation of operations) {
      for (const [name, { sender, token, limited }] of tokens) {
        const expectedStatus = statusOf(operation, sender, limited);
        if (expectedStatus === 403) continue;
        const { courseId: fresh } = await prepare();
        const answer = await send(operation, token, userOf(operation, sender), fresh);
        assert.equal(answer.status, expectedStatus, `${operation} with ${name}: ${answer.text}`);
        if (limited) assertLimited(operation, answer);
      }
    }
  });
}

function statusOf(operation: string, sender: Sender, limited: boolean): number {
  const expected = EXPECTED[operation];
  assert.ok(expected, operation);
  const status = expected.statuses[sender];
  return status !== 403 && limited ? expected.elsewhere : status;
}

function userOf(operation: string, sender: Sender): string | undefined {
  if (sender === 'own') return undefined;
  return sender === 'other' || !WITHOUT_LEARNER.has(operation) ? other : undefined;
}

/** A list has nothing of other courses, and a batch refuses their sessions. */
function assertLimited(operation: string, answer: HttpAnswer): void {
  const body = bodyOf(answer);
  const { items } = Object(body);
  if (operation === 'listCourses')
    assert.deepEqual(
      items.map(({ courseId }: { courseId: string }) => courseId),
      [elsewhere],
    );
  if (operation === 'listStudiedCourses') assert.deepEqual(items, []);
  if (operation === 'recordSessions')
    assert.deepEqual([items[0].status, items[0].problem.code], [403, 'course-refused']);
  if (operation === 'whoami') assert.deepEqual(Object(body).courses, [elsewhere]);
}

function assertNoSecret(answer: HttpAnswer, token: string | undefined): void {
  const secret = token?.slice(-20);
  if (secret !== undefined && secret.length === 20)
    assert.ok(!JSON.stringify(answer).includes(secret), answer.text);
}
