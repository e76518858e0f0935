import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectStats } from '../../src/client/index.js';
import { StatsError, type Stats } from '../../src/core/index.js';
import { HttpError, problemResponse } from '../../src/server/problem.js';
import { manyModules, newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { startGateway, type Gateway, type GatewayAnswer } from '../support/gateway.js';
import { createService, type HttpService } from '../support/http-service.js';

let service: HttpService;

before(async () => {
  service = await createService('sqlite');
});

after(() => service[Symbol.asyncDispose]());

interface Client extends AsyncDisposable {
  readonly gateway: Gateway;
  readonly stats: Stats;
}

/** Connects through a gateway that gives these answers first, and then forwards requests. */
async function connectThrough(answers: readonly GatewayAnswer[], signal?: AbortSignal): Promise<Client> {
  await using stack = new AsyncDisposableStack();
  const gateway = stack.use(await startGateway(service.url, (number) => answers[number - 1]));
  const stats = stack.use(connectStats({ server: gateway.url, signal }));
  const resources = stack.move();
  return { gateway, stats, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

const always = (answer: GatewayAnswer) => Array.from({ length: 1_000 }, () => answer);
const problem = (error: unknown): GatewayAnswer => {
  const { status, type, body } = problemResponse(error);
  return { status, headers: { 'Content-Type': type }, body: JSON.stringify(body) };
};

const RETRY_AFTER = {
  'in seconds': () => '1',
  // A date has whole seconds, so this one is 2 to 3 s ahead.
  'as a date': () => new Date(Date.now() + 3_000).toUTCString(),
};

// Most of the time is pauses.
describe('Retries', { concurrency: true }, () => {
  // Cloudflare returns 520 to 527.
  for (const status of [408, 425, 429, 500, 502, 503, 504, 521]) {
    it(`The client retries after the status ${status} of a gateway`, async () => {
      await using client = await connectThrough([{ status }]);
      await client.stats.listCourses();
      assert.equal(client.gateway.requests.length, 2);
    });
  }

  for (const code of ['database-unavailable', 'database-read-only', 'overloaded'] as const) {
    it(`The client retries after the problem \`${code}\` of the server`, async () => {
      await using client = await connectThrough([problem(new StatsError(code, 'Try again.'))]);
      await client.stats.listCourses();
      assert.equal(client.gateway.requests.length, 2);
    });
  }

  for (const error of [
    new StatsError('database-unusable', 'It is damaged.'),
    new StatsError('schema-outdated', 'It is old.'),
    new StatsError('total-out-of-range', 'It is too much.'),
    new TypeError('A defect.'),
  ]) {
    const name = error instanceof StatsError ? error.code : 'internal-error';
    it(`The client does not retry after the problem \`${name}\` of the server`, async () => {
      await using client = await connectThrough([problem(error)]);
      await assert.rejects(client.stats.listCourses(), StatsError);
      assert.equal(client.gateway.requests.length, 1);
    });
  }

  it('The client does not retry after a response of another program', async () => {
    for (const status of [200, 404, 501]) {
      await using client = await connectThrough([{ status }]);
      await assert.rejects(client.stats.listCourses(), { code: 'server-incompatible' });
      assert.equal(client.gateway.requests.length, 1);
    }
  });

  for (const status of [401, 403]) {
    it(`The client does not retry after the status ${status} of a gateway`, async () => {
      await using client = await connectThrough([{ status }]);
      await assert.rejects(client.stats.listCourses(), {
        code: 'access-denied',
        kind: 'forbidden',
        message: `The server ${client.gateway.url} returned ${status}; check the URL, the credential and any proxy in front of it.`,
      });
      assert.equal(client.gateway.requests.length, 1);
    });
  }

  it('The client retries while the server cannot load the keys of its issuer', async () => {
    const unavailable = new HttpError('keys-unavailable', 'The keys of the issuer cannot be loaded.');
    await using client = await connectThrough([problem(unavailable)]);
    await client.stats.listCourses();
    assert.equal(client.gateway.requests.length, 2);
  });

  it('The client repeats every call but `addCourse`, which could create two courses', async () => {
    const learner = { userId: newUserId(), courseId: service.courseId };
    const session = { ...learner, sessionId: newSessionId() };
    const calls: readonly ((stats: Stats) => Promise<unknown>)[] = [
      (stats) => stats.setCourse({ courseId: newCourseId(), course: { name: 'Geometry' } }),
      (stats) => stats.recordSession({ ...learner, session: sessionContent() }),
      (stats) => stats.putSession({ ...session, session: sessionContent() }),
      (stats) => stats.getSession(session),
      (stats) => stats.deleteSession(session),
      (stats) => stats.eraseUser({ userId: learner.userId }),
    ];
    for (const call of calls) {
      await using client = await connectThrough([{ status: 502 }]);
      await call(client.stats);
      assert.equal(client.gateway.requests.length, 2, String(call));
    }
    await using client = await connectThrough([{ status: 502 }]);
    await assert.rejects(client.stats.addCourse({ course: { name: 'Logic' } }), {
      code: 'server-unavailable',
    });
    assert.equal(client.gateway.requests.length, 1);
  });

  it('A session whose response is lost is recorded once, with the id of the first attempt', async () => {
    const learner = { userId: newUserId(), courseId: service.courseId };
    const lost = { status: 504, isForwarded: true };
    await using client = await connectThrough([lost, lost]);
    const { outcome } = await client.stats.recordSession({ ...learner, session: sessionContent() });
    assert.equal(outcome, 'replayed');
    assert.equal(new Set(client.gateway.requests.map(({ body }) => body)).size, 1);
    assert.equal((await service.stats.getStats(learner)).sessionCount, 1);
  });

  it('The client gives up after five attempts and reports the last cause', async () => {
    await using client = await connectThrough([...always({ status: 502 }).slice(0, 4), { status: 429 }]);
    const { url, requests } = client.gateway;
    await assert.rejects(client.stats.listCourses(), {
      code: 'server-unavailable',
      message: `The server ${url} returned 429; try again later. All 5 attempts failed.`,
    });
    assert.equal(requests.length, 5);
  });

  for (const [what, valueOf] of Object.entries(RETRY_AFTER)) {
    it(`The client waits for a \`Retry-After\` ${what}`, async () => {
      const headers = { 'Retry-After': valueOf() };
      await using client = await connectThrough([{ status: 503, headers }]);
      await client.stats.listCourses();
      const [first, second] = client.gateway.requests;
      assert.ok(first && second);
      const pause = second.time - first.time;
      // A timer may fire up to a millisecond early.
      assert.ok(pause >= 990 && pause < 5_000, `${pause} ms`);
    });
  }

  it('A `Retry-After` in the past or of another form is ignored', async () => {
    for (const value of ['0', '-1', 'soon', new Date(0).toUTCString()]) {
      await using client = await connectThrough([{ status: 503, headers: { 'Retry-After': value } }]);
      await client.stats.listCourses();
      assert.equal(client.gateway.requests.length, 2, value);
    }
  });

  it('The client does not wait for a server that asks for more than 20 seconds', async () => {
    const away = { status: 503, headers: { 'Retry-After': '3600' } };
    await using client = await connectThrough([away]);
    await assert.rejects(client.stats.listCourses(), {
      code: 'server-unavailable',
      message: `The server ${client.gateway.url} returned 503; try again in 3,600 s.`,
      retryAfter: 3_600_000,
    });
    assert.equal(client.gateway.requests.length, 1);
    await using late = await connectThrough([
      { status: 503 },
      { status: 503, headers: { 'Retry-After': '20' } },
    ]);
    await assert.rejects(late.stats.listCourses(), { message: /in 20 s\. All 2 attempts failed\.$/ });
  });

  it('An aborted signal ends the pause before a retry', async () => {
    const arrived = Promise.withResolvers<void>();
    await using gateway = await startGateway(service.url, (number) => {
      arrived.resolve();
      return number === 1 ? { status: 503, headers: { 'Retry-After': '15' } } : undefined;
    });
    const controller = new AbortController();
    await using stats = connectStats({ server: gateway.url, signal: controller.signal });
    const start = performance.now();
    const call = stats.listCourses();
    await arrived.promise;
    // By the response to this call, the client has received the first one.
    await stats.listCourses();
    const reason = new Error('The user has left.');
    controller.abort(reason);
    await assert.rejects(call, reason);
    assert.ok(performance.now() - start < 10_000);
    assert.equal(gateway.requests.length, 2);
  });

  it('Closing a client waits for the retries of its calls', async () => {
    const arrived = Promise.withResolvers<void>();
    await using gateway = await startGateway(service.url, (number) => {
      arrived.resolve();
      return number < 3 ? { status: 502 } : undefined;
    });
    await using stats = connectStats({ server: gateway.url });
    const call = stats.listCourses();
    await arrived.promise;
    await stats.close();
    assert.equal(gateway.requests.length, 3);
    await call;
    await assert.rejects(stats.listCourses(), new Error('These stats are closed.'));
  });

  it('`recordSessions` sends no further requests to a server that is away', async () => {
    await using client = await connectThrough(always({ status: 502 }));
    const learner = { userId: newUserId(), courseId: service.courseId };
    // Several requests of less than 1 MiB.
    const moduleIds = manyModules();
    const sessions = Array.from({ length: 20 }, () => ({ ...learner, ...sessionContent({ moduleIds }) }));
    const results = await client.stats.recordSessions({ sessions });
    for (const result of results) {
      assert.ok(result.outcome === 'failed' && result.error instanceof StatsError);
      assert.equal(result.error.code, 'server-unavailable');
      // The id to repeat the session with.
      assert.deepEqual(result.error.faults.map(Object.keys), [['pointer', 'detail']]);
    }
    assert.equal(client.gateway.requests.length, 5);
  });

  it('A batch whose response is lost is recorded once, with the ids of the first attempt', async () => {
    const learner = { userId: newUserId(), courseId: service.courseId };
    await using client = await connectThrough([{ status: 504, isForwarded: true }]);
    const sessions = Array.from({ length: 300 }, () => ({ ...learner, ...sessionContent() }));
    const results = await client.stats.recordSessions({ sessions });
    assert.ok(results.every(({ outcome }) => outcome === 'replayed'));
    assert.equal((await service.stats.getStats(learner)).sessionCount, 300);
  });
});
