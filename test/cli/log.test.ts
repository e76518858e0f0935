import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { runBin } from '../support/cli.js';
import { createDatabase } from '../support/databases.js';
import { newSessionId, newUserId } from '../support/factories.js';
import { bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { exchange, head } from '../support/http-raw.js';
import { startService, type Service } from '../support/service.js';
import { runSql } from '../support/sql.js';

const lineSchema = z.strictObject({
  level: z.enum(['info', 'warn', 'error']),
  time: z.iso.datetime(),
  msg: z.string(),
  requestId: z.string().optional(),
  method: z.string().optional(),
  route: z.string().optional(),
  status: z.int().optional(),
  milliseconds: z.number().min(0).optional(),
  url: z.string().optional(),
  version: z.string().optional(),
  error: z.unknown().optional(),
});

const MEMORY = ['--database', 'sqlite::memory:', '--port', '0'];

describe('the log of a server', () => {
  test('The log has one line per request, without ids, content or query parameters', async () => {
    await using database = await createDatabase('sqlite');
    await using service = await startService(['--database', database.url, '--port', '0']);
    const { secrets, sent } = await sendAllKinds(service, database.url);
    const { code, stdout } = await service.stop();
    assert.equal(code, 0);

    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => lineSchema.parse(JSON.parse(line)));
    const requests = lines.filter(({ msg }) => msg === 'request');
    assert.deepEqual(
      requests.map(({ requestId, status }) => `${requestId} ${status}`).toSorted(),
      sent.map(({ requestId, status }) => `${requestId} ${status}`).toSorted(),
    );
    assert.ok(
      requests.every(({ method, milliseconds }) => method !== undefined && milliseconds !== undefined),
    );
    const routes = new Set(requests.map(({ route }) => route));
    assert.ok(routes.has('/courses/{courseId}') && routes.has(undefined));

    const defect = lines.find(({ level }) => level === 'error');
    assert.equal(sent.find(({ requestId }) => requestId === defect?.requestId)?.status, 500);
    for (const secret of secrets) assert.ok(!stdout.includes(secret), `${secret} is in the log`);
  });

  for (const [level, expected] of [
    ['warn', []],
    ['silent', []],
    ['debug', ['started', 'request', 'stopping', 'stopped']],
  ] as const) {
    test(`STATS_LOG_LEVEL=${level} selects which lines the log has`, async () => {
      await using service = await startService(MEMORY, { STATS_LOG_LEVEL: level });
      assert.equal((await exchange(service.url, head('GET /livez HTTP/1.1', 'Host: localhost'))).status, 200);
      const { code, stdout } = await service.stop();
      assert.equal(code, 0);
      const logged = stdout.split('\n').filter(Boolean);
      assert.deepEqual(
        logged.map((line) => lineSchema.parse(JSON.parse(line)).msg),
        expected,
      );
    });
  }

  test('`serve` reports an invalid STATS_LOG_LEVEL in one line and exits with code 2', async () => {
    const { code, stdout, stderr } = await runBin(['serve', ...MEMORY], { env: { STATS_LOG_LEVEL: 'loud' } });
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^stats-service: STATS_LOG_LEVEL is "[^"]*"; it must be one of .*info.*\n$/);
  });
});

/** Sends requests of every kind. Returns the responses, and the values that must not be logged. */
async function sendAllKinds({ url }: Service, database: string) {
  await using client = new HttpClient(url);
  const sent: { requestId: string; status: number }[] = [];
  const send: HttpClient['send'] = async (...request) => {
    const answer = await client.send(...request);
    sent.push({ requestId: answer.headers['x-request-id'] ?? '', status: answer.status });
    return answer;
  };
  const userId = newUserId();
  const sessionId = newSessionId();
  const body = { averageScore: 98.7654, totalModulesStudied: 54_321, timeStudied: 123_456_789, sessionId };
  const json = { ...body, moduleIds: ['a-secret-module'] };
  const made = await send('POST', '/courses', { userId, json: { name: 'A secret course' } });
  assert.equal(made.status, 201);
  const { courseId } = z.looseObject({ courseId: z.string() }).parse(bodyOf(made));
  const path = `/courses/${courseId}`;
  const statuses = [
    await send('POST', path, { userId, json }),
    await send('POST', path, { userId, json }),
    await send('POST', path, { userId, json: { ...json, averageScore: 12.3456 } }),
    await send('POST', path, { userId, json: { ...json, 'a-secret-field': 1 } }),
    await send('POST', path, { userId, body: `{"a-secret-text` }),
    await send('GET', `${path}/sessions/${sessionId}?a-secret-parameter=1`, { userId }),
    await send('GET', `/a-secret-path/${userId}`, { userId }),
    await send('PATCH', path, { userId }),
    await send('GET', path, { userId: `${userId}-and-more` }),
    await send('DELETE', `${path}/sessions/${newSessionId()}`, { userId }),
  ].map(({ status }) => status);
  assert.deepEqual(statuses, [201, 200, 409, 400, 400, 400, 404, 405, 401, 404]);

  const refused = await exchange(url, head('POST / HTTP/1.1', 'Host: a', `X-User-Id: ${userId}`, 'no-colon'));
  assert.equal(refused.status, 400);
  sent.push({ requestId: refused.headers['x-request-id'] ?? '', status: 400 });

  await runSql(
    database,
    `create trigger defect before insert on study_sessions begin select raise(abort, 'defect'); end`,
  );
  assert.equal(
    (await send('POST', path, { userId, json: { ...json, sessionId: newSessionId() } })).status,
    500,
  );
  await runSql(database, 'drop trigger defect');
  await runSql(database, 'delete from schema_migrations');
  assert.equal((await send('GET', '/readyz')).status, 503);
  const numbers = ['98.7654', '54321', '123456789', '12.3456'];
  return { sent, secrets: [userId, sessionId, courseId, 'secret', 'no-colon', ...numbers] };
}
