import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import * as fc from 'fast-check';
import * as z from 'zod';
import { newUserId } from '../support/factories.js';
import { FULL } from '../support/full.js';
import { fuzzRequests, type FuzzRequest } from '../support/fuzz-requests.js';
import { bodyOf, type HttpAnswer } from '../support/http-answer.js';
import { codesOf, documentSchema, endpointsOf } from '../support/http-openapi.js';
import { createService } from '../support/http-service.js';
import { LifetimeOracle } from '../support/lifetime-oracle.js';
import { assertRollups } from '../support/rollups.js';

const REQUESTS = FULL ? 100_000 : 10_000;
const BATCH = 1_000;
const CONNECTIONS = 32;
/** The errors for an unknown path or method. */
const UNKNOWN_ROUTE = ['404 route-not-found', '405 method-not-allowed'];

/** The redirection to the API page. */
const UNDOCUMENTED: Readonly<Record<string, readonly string[]>> = { '/': ['302'] };

/** `SEED=…` repeats a run. */
const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));

test(`Random requests (seed ${seed}) get documented responses and leave exact totals`, async () => {
  await using service = await createService('sqlite');
  const { send, stats } = service;
  const others = await Promise.all(['Logic', 'Sets'].map((name) => stats.addCourse({ course: { name } })));
  const courseIds = [service.courseId, ...others.map(({ courseId }) => courseId)];
  const recorders = Array.from({ length: 8 }, () => newUserId());
  const arbitrary = fuzzRequests({ courseIds, recorders });
  const documented = await documentedAnswers(await send('GET', '/openapi.json'));
  const oracle = new LifetimeOracle();
  const met = new Map<string, number>();

  for (let batch = 0; batch < REQUESTS / BATCH; batch++) {
    const requests = fc.sample(arbitrary, { seed: seed + batch, numRuns: BATCH }).values();
    const worker = async () => {
      for (const request of requests) {
        const { method, template, path, userId, body, headers } = request;
        const options = {
          ...(userId !== undefined && { userId }),
          ...(body !== undefined && { body }),
          headers,
        };
        const answer = await send(method, path, options);
        const outcome = outcomeOf(request, answer);
        const expected = documented.get(`${method === 'HEAD' ? 'GET' : method} ${template}`);
        const allowed = [...(expected ?? []), ...UNKNOWN_ROUTE, ...(UNDOCUMENTED[template] ?? [])];
        if (method === 'OPTIONS') allowed.push('204');
        assert.ok(allowed.includes(outcome), `${JSON.stringify(request)}: ${outcome} ${answer.text}`);
        met.set(outcome, (met.get(outcome) ?? 0) + 1);
        const isRecorder = recorders.some((recorder) => recorder === userId);
        if (answer.status === 201 && isRecorder && template !== '/courses') {
          oracle.recorded(String(userId), String(body), answer.text);
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  }

  assert.deepEqual(service.reported, []);
  // Asserts that the requests are a real mixture.
  for (const outcome of [
    '200',
    '201',
    '204',
    '400 invalid-request',
    '400 malformed-json',
    '404 session-not-found',
  ]) {
    assert.ok((met.get(outcome) ?? 0) >= REQUESTS / 250, `${outcome} was met ${met.get(outcome) ?? 0} times`);
  }
  assert.ok(oracle.count > REQUESTS / 15);
  for (const userId of recorders) {
    for (const courseId of courseIds) {
      const { text } = await send('GET', `/courses/${courseId}`, { userId });
      oracle.assertStats(userId, courseId, z.looseObject({}).parse(JSON.parse(text)));
    }
  }
  await assertRollups(service.database.url);
});

/** Returns the status, and the error code if the response has a body. */
function outcomeOf({ method }: FuzzRequest, { status, text }: HttpAnswer): string {
  if (status < 400 || method === 'HEAD') return String(status);
  return `${status} ${z.looseObject({ code: z.string() }).parse(JSON.parse(text)).code}`;
}

/** Returns the documented responses of each operation, by method and path. */
async function documentedAnswers(description: HttpAnswer): Promise<Map<string, readonly string[]>> {
  const endpoints = endpointsOf(documentSchema.parse(bodyOf(description)));
  return new Map(
    endpoints.map((endpoint) => {
      const outcomes = Object.entries(endpoint.responses).flatMap(([status, response]) => [
        status,
        ...codesOf({ ...endpoint, responses: { [status]: response } }).map((code) => `${status} ${code}`),
      ]);
      return [
        `${endpoint.method} ${endpoint.path}`,
        outcomes.filter((outcome) => !outcome.startsWith('500')),
      ];
    }),
  );
}
