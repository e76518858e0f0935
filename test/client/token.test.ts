import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { inspect } from 'node:util';
import { connectStats, StatsError, type ServerStats, type Token } from '../../src/client/index.js';
import { parseApiKey } from '../../src/core/index.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { listen } from '../support/ports.js';
import { createTokenService, type TokenService } from '../support/token-service.js';

let service: TokenService;

before(async () => {
  service = await createTokenService();
});

after(() => service[Symbol.asyncDispose]());

const connect = (token?: Token): ServerStats => connectStats({ server: service.url, token });

/** Accepts every request and records its headers. */
async function startRecorder(): Promise<
  AsyncDisposable & { url: string; headers: IncomingMessage['headers'][] }
> {
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    response.setHeader('Content-Type', 'application/json').end('{"items":[],"next":null}');
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { url, headers, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Records the tokens that the server has refused. */
function tokensOf(...tokens: readonly string[]) {
  const refused: (string | undefined)[] = [];
  const token = (each?: string) => {
    refused.push(each);
    return Promise.resolve(tokens[refused.length - 1] ?? '');
  };
  return { token, refused };
}

describe('`connectStats` with a token', () => {
  test('An API key makes every call that its scopes allow, for any learner', async () => {
    const { courseId } = service;
    const learner = { userId: newUserId(), courseId };
    await using stats = connect(await service.createKey(['admin']));
    const course = await stats.addCourse({ course: { name: 'Geometry' } });
    await stats.setCourse({ courseId: course.courseId, course: { name: 'Topology' } });
    await stats.deleteCourse({ courseId: course.courseId });
    const { session } = await stats.recordSession({ ...learner, session: sessionContent() });
    const [result] = await stats.recordSessions({ sessions: [{ ...learner, ...sessionContent() }] });
    assert.equal(result?.outcome, 'recorded');
    assert.equal((await stats.getStats(learner)).sessionCount, 2);
    await stats.deleteSession({ ...learner, sessionId: session.sessionId });
    assert.deepEqual(await stats.eraseUser({ userId: learner.userId }), { sessionsDeleted: 1 });
    await stats.ready();
  });

  test('A JWT of a learner reads courses and its own stats', async () => {
    const userId = newUserId();
    await using stats = connect(await service.issuer.sign(userId));
    assert.equal((await stats.getCourse({ courseId: service.courseId })).name, 'Algebra');
    const learner = { userId, courseId: service.courseId };
    await stats.recordSession({ ...learner, session: sessionContent() });
    assert.equal((await stats.getStats(learner)).sessionCount, 1);
    await assert.rejects(stats.getStats({ ...learner, userId: newUserId() }), {
      code: 'access-denied',
      kind: 'forbidden',
      message: 'This call for another learner requires the scope stats:read.',
    });
  });

  test('`whoami` returns the learner, the credential, its scopes and its courses', async () => {
    const userId = newUserId();
    const courses = [service.courseId];
    await using learner = connect(
      await service.issuer.sign(userId, { claims: { scope: 'stats:read other' } }),
    );
    assert.deepEqual(await learner.whoami(), {
      userId,
      credential: 'jwt',
      scopes: ['stats:read'],
      courses: null,
    });
    await using key = connect(await service.createKey(['courses:write', 'admin'], courses));
    assert.deepEqual(await key.whoami(), {
      userId: null,
      credential: 'api-key',
      scopes: ['admin', 'courses:write'],
      courses,
    });
  });

  test('Only requests for a learner have `X-User-Id`; without a token, every request has it', async () => {
    await using server = await startRecorder();
    const userId = newUserId();
    for (const token of ['abc', undefined]) {
      await using stats = connectStats({ server: server.url, token });
      await stats.listCourses();
      await stats.listStudiedCourses({ userId });
    }
    const sent = server.headers.map((each) => [each.authorization, each['x-user-id']]);
    assert.deepEqual(sent, [
      ['Bearer abc', undefined],
      ['Bearer abc', userId],
      [undefined, '00000000-0000-0000-0000-000000000000'],
      [undefined, userId],
    ]);
  });

  test('Errors say which credential, scope or course is missing', async () => {
    const { courseId, issuer } = service;
    const session = { userId: newUserId(), courseId, session: sessionContent() };
    const rejects = async (
      token: string | undefined,
      message: string | RegExp,
      faults: readonly unknown[] = [],
    ) => {
      await using stats = connect(token);
      await assert.rejects(stats.recordSession(session), {
        code: 'access-denied',
        kind: 'forbidden',
        message,
        faults,
      });
    };
    await rejects(undefined, 'Send "Authorization: Bearer" with a token or an API key.');
    await rejects(
      await issuer.sign(session.userId, { expiresIn: -60 }),
      /^The credential is not valid: "exp"/,
    );
    const reader = await service.createKey(['stats:read']);
    await rejects(reader, 'This call for another learner requires the scope sessions:write.');
    await rejects(
      await service.createKey(
        ['sessions:write'],
        [(await service.stats.addCourse({ course: { name: crypto.randomUUID() } })).courseId],
      ),
      'The credential is limited to other courses.',
      [
        {
          parameter: 'courseId',
          detail: `is "${courseId}"; it must be one of the courses of the credential`,
        },
      ],
    );
    await using writer = connect(await service.createKey(['sessions:write']));
    await assert.rejects(writer.addCourse({ course: { name: 'Logic' } }), {
      message: 'This call requires the scope courses:write.',
      faults: [],
    });
  });

  test('In a batch, the sessions of other courses fail, and the rest is recorded', async () => {
    const { courseId } = service;
    const other = newCourseId();
    await using stats = connect(await service.createKey(['sessions:write'], [courseId]));
    const userId = newUserId();
    const sessions = [other, courseId, other].map((each) => ({
      userId,
      courseId: each,
      ...sessionContent(),
    }));
    const results = await stats.recordSessions({ sessions });
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['failed', 'recorded', 'failed'],
    );
    const [first] = results;
    assert.ok(first?.outcome === 'failed' && first.error instanceof StatsError);
    assert.equal(first.error.code, 'access-denied');
    const detail = `is "${other}"; it must be one of the courses of the credential`;
    assert.deepEqual(first.error.faults, [{ parameter: 'courseId', detail }]);
  });
});

describe('A function that returns the token', () => {
  test('It is called for each request, and after a refused token once more', async () => {
    const userId = newUserId();
    const [expired, fresh] = [
      await service.issuer.sign(userId, { expiresIn: -60 }),
      await service.issuer.sign(userId),
    ];
    const { token, refused } = tokensOf(expired, fresh, fresh);
    await using stats = connect(token);
    const learner = { userId, courseId: service.courseId };
    await stats.recordSession({ ...learner, session: sessionContent() });
    assert.deepEqual(refused, [undefined, expired]);
    assert.equal((await stats.getStats(learner)).sessionCount, 1);
    assert.deepEqual(refused, [undefined, expired, undefined]);
  });

  test('A call that is not retried is repeated too, because the server did nothing', async () => {
    const { token, refused } = tokensOf('expired', await service.createKey(['courses:write']));
    await using stats = connect(token);
    await stats.addCourse({ course: { name: 'Logic' } });
    assert.deepEqual(refused, [undefined, 'expired']);
  });

  test('A second refusal is an error', async () => {
    const { token, refused } = tokensOf('one', 'two', 'three');
    await using stats = connect(token);
    await assert.rejects(stats.listCourses(), { code: 'access-denied' });
    assert.deepEqual(refused, [undefined, 'one']);
  });

  test('A missing scope does not ask for another token', async () => {
    const { token, refused } = tokensOf(await service.createKey(['stats:read']));
    await using stats = connect(token);
    await assert.rejects(stats.addCourse({ course: { name: 'Logic' } }), { code: 'access-denied' });
    assert.deepEqual(refused, [undefined]);
  });

  test('Neither a fixed token nor the same token again is sent twice', async () => {
    let requests = 0;
    await using server = createServer((_, response) => {
      requests++;
      response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end();
    });
    const url = `http://127.0.0.1:${await listen(server)}`;
    for (const token of ['one', () => 'one']) {
      await using stats = connectStats({ server: url, token });
      await assert.rejects(stats.listCourses(), { code: 'access-denied' });
    }
    assert.equal(requests, 2);
  });

  test('Its exception is that of the call, and an aborted signal does not wait for it', async () => {
    const failure = new Error('The issuer is away.');
    await using failing = connect(() => Promise.reject(failure));
    await assert.rejects(failing.listCourses(), failure);
    const controller = new AbortController();
    const called = Promise.withResolvers<void>();
    const { promise: never } = Promise.withResolvers<string>();
    const token = () => {
      called.resolve();
      return never;
    };
    await using stats = connectStats({ server: service.url, token, signal: controller.signal });
    const call = stats.listCourses();
    await called.promise;
    const reason = new Error('The user has left.');
    controller.abort(reason);
    await assert.rejects(call, reason);
    await assert.rejects(stats.listCourses(), reason);
  });
});

const SECRET = 's3cr3t';

const isSafe = (error: unknown) => {
  assert.ok(error instanceof StatsError);
  assert.equal(error.code, 'invalid-request');
  assert.match(error.message, /^token must be a JWT or an API key: /);
  assert.ok(!inspect(error).includes(SECRET));
  return true;
};

describe('A token is a secret', () => {
  for (const text of [
    '',
    `Bearer ${SECRET}`,
    `${SECRET}\n`,
    `${SECRET}\r\nX-User-Id: x`,
    `${SECRET}é`,
    `${SECRET}\0`,
  ]) {
    test(`${JSON.stringify(text)} is refused without a request`, async () => {
      assert.throws(() => connect(text), isSafe);
      await using server = await startRecorder();
      await using stats = connectStats({ server: server.url, token: () => text });
      await assert.rejects(stats.listCourses(), isSafe);
      assert.deepEqual(server.headers, []);
    });
  }

  test('It is not sent without encryption to another machine, unless that is allowed', () => {
    const token = SECRET;
    for (const server of [
      'http://stats.example:8080',
      'http://10.0.0.1',
      'http://127.0.0.1.example',
      'http://[::2]',
    ]) {
      assert.throws(() => connectStats({ server, token }), {
        code: 'invalid-request',
        message: `allowHttp must be true to send the token without encryption to ${server}; use https if you can.`,
      });
      connectStats({ server, token, allowHttp: true });
      connectStats({ server });
    }
    for (const server of [
      'https://stats.example',
      'http://localhost:1',
      'http://127.1',
      'http://[::1]:8080',
    ]) {
      connectStats({ server, token });
    }
  });

  test('No error has the token, wherever the request ended', async () => {
    const key = await service.createKey(['stats:read']);
    const secret = parseApiKey(key)?.secret ?? assert.fail();
    await using cut = createServer((request) => request.socket.destroy());
    await using page = createServer((_, response) => response.end('<html>'));
    await using redirect = createServer((_, response) =>
      response.writeHead(307, { Location: service.url }).end(),
    );
    const servers = [cut, page, redirect];
    const urls = await Promise.all(servers.map(async (server) => `http://127.0.0.1:${await listen(server)}`));
    for (const server of [...urls, service.url, 'http://127.0.0.1:1']) {
      await using stats = connectStats({ server, token: key });
      await assert.rejects(stats.addCourse({ course: { name: 'Logic' } }), (error) => {
        assert.ok(!inspect(error, { depth: Infinity, showHidden: true }).includes(secret), server);
        return true;
      });
      assert.ok(!inspect(stats, { depth: Infinity, showHidden: true }).includes(secret));
    }
  });
});
