import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS } from '../../src/core/index.js';
import { HTTP_ERRORS } from '../../src/server/problem.js';
import { newUserId } from '../support/factories.js';
import { bodyOf } from '../support/http-answer.js';
import { codesOf, documentSchema, endpointsOf, SchemaJudge, type Document } from '../support/http-openapi.js';
import { createService, type HttpService } from '../support/http-service.js';

async function describe({ send }: HttpService): Promise<Document> {
  const answer = await send('GET', '/openapi.json');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  return documentSchema.parse(bodyOf(answer));
}

const fill = (path: string) => path.replaceAll(/\{[^}]+\}/g, () => crypto.randomUUID());

test('The schemas of the OpenAPI document are valid, and its references resolve', async () => {
  await using service = await createService('sqlite');
  const document = await describe(service);
  const judge = SchemaJudge.of(document);
  for (const { parameters = [], requestBody, responses } of endpointsOf(document)) {
    const contents = [requestBody, ...Object.values(responses)].map((part) => part?.content ?? {});
    const schemas = contents.flatMap((content) => Object.values(content).map(({ schema }) => schema));
    // Ajv throws for an invalid schema or an unresolved reference before it validates a value.
    for (const schema of [...schemas, ...parameters.map((parameter) => parameter.schema)]) {
      assert.equal(judge.accepts(schema, Symbol('no JSON value')), false);
    }
  }
});

test('Every operation has a unique id and documents exactly the parameters of its path', async () => {
  await using service = await createService('sqlite');
  const endpoints = endpointsOf(await describe(service));
  assert.ok(endpoints.length > 0);
  const ids = endpoints.map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const { path, parameters = [] } of endpoints) {
    const inPath = parameters.filter((parameter) => parameter.in === 'path');
    assert.deepEqual(
      inPath.map(({ name }) => name).toSorted(),
      Array.from(path.matchAll(/\{([^}]+)\}/g), ([, name]) => name ?? '').toSorted(),
    );
    assert.ok(inPath.every(({ required }) => required));
    const places = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
    assert.equal(new Set(places).size, places.length);
  }
});

test('Every documented operation is a route of the server', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  for (const { method, path } of endpointsOf(await describe(service))) {
    const answer = await service.send(method, fill(path), { userId });
    assert.notEqual(answer.status, 405, `${method} ${path}`);
    assert.doesNotMatch(answer.text, /route-not-found/, `${method} ${path}`);
  }
});

test('Undocumented methods return 405, and `OPTIONS` lists the documented methods', async () => {
  await using service = await createService('sqlite');
  const { send } = service;
  const byPath = Map.groupBy(endpointsOf(await describe(service)), ({ path }) => path);
  for (const [path, endpoints] of byPath) {
    const documented = endpoints.map(({ method }) => method);
    if (documented.includes('GET')) documented.push('HEAD');
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE']) {
      if (documented.includes(method)) continue;
      const answer = await send(method, fill(path), { userId: newUserId() });
      assert.equal(answer.status, 405, `${method} ${path}`);
    }
    const { headers } = await send('OPTIONS', fill(path));
    assert.deepEqual((headers['allow'] ?? '').split(', ').toSorted(), [...documented, 'OPTIONS'].toSorted());
  }
});

test('An operation requires a learner exactly if it documents `X-User-Id`', async () => {
  await using service = await createService('sqlite');
  for (const { method, path, userHeader } of endpointsOf(await describe(service))) {
    const { status } = await service.send(method, fill(path));
    assert.equal(status === 401, userHeader !== undefined, `${method} ${path}`);
    if (userHeader !== undefined) assert.equal(userHeader, 'X-User-Id');
  }
});

/** Errors that no operation returns: those of the library, and those for unknown paths and methods. */
const OF_NO_ROUTE = new Set([
  'invalid-database-url',
  'invalid-server-url',
  'access-denied',
  'database-not-empty',
  'key-not-found',
  'database-not-found',
  'schema-unsupported',
  'server-unavailable',
  'server-incompatible',
  'node-unsupported',
  'route-not-found',
  'method-not-allowed',
]);

const OF_EVERY_CALL = [
  'malformed-request',
  'duplicate-header',
  'unauthenticated',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
  'invalid-request',
  'database-unavailable',
];
const OF_BODIES = [
  'malformed-json',
  'invalid-utf-8',
  'request-timeout',
  'body-too-large',
  'unsupported-media-type',
];

const ERRORS_OF: Readonly<Record<string, readonly string[]>> = {
  addCourse: [...OF_EVERY_CALL, ...OF_BODIES, 'course-id-taken', 'course-name-taken'],
  listCourses: OF_EVERY_CALL,
  setCourse: [...OF_EVERY_CALL, ...OF_BODIES, 'course-name-taken'],
  enrolLearner: [...OF_EVERY_CALL, ...OF_BODIES, 'course-not-found'],
  unenrolLearner: [...OF_EVERY_CALL, 'course-not-found', 'enrolment-not-found'],
  recordSession: [
    ...OF_EVERY_CALL,
    ...OF_BODIES,
    'course-not-found',
    'session-conflict',
    'total-out-of-range',
  ],
  getStats: [...OF_EVERY_CALL, 'course-not-found'],
  getHistory: [...OF_EVERY_CALL, 'course-not-found'],
  getLearnerActivity: OF_EVERY_CALL,
  listStudiedCourses: OF_EVERY_CALL,
  eraseUser: OF_EVERY_CALL,
  listSessions: [...OF_EVERY_CALL, 'course-not-found'],
  getSession: [...OF_EVERY_CALL, 'course-not-found', 'session-not-found'],
  putSession: [...OF_EVERY_CALL, ...OF_BODIES, 'course-not-found', 'total-out-of-range'],
  deleteSession: [...OF_EVERY_CALL, 'course-not-found', 'session-not-found'],
  live: ['uri-too-long', 'headers-too-large', 'internal-error'],
  ready: ['internal-error', 'database-unavailable', 'database-unusable', 'schema-outdated', 'schema-newer'],
  describe: ['uri-too-long', 'headers-too-large', 'internal-error'],
};

test('Operations document every error that they can return, and no other error', async () => {
  await using service = await createService('sqlite');
  const endpoints = endpointsOf(await describe(service));
  for (const endpoint of endpoints) {
    const documented = codesOf(endpoint);
    for (const code of ERRORS_OF[endpoint.operationId] ?? []) {
      assert.ok(documented.includes(code), `${endpoint.operationId} lacks ${code}`);
    }
  }
  const all = [...Object.keys(ERRORS), ...Object.keys(HTTP_ERRORS)];
  assert.deepEqual(
    new Set(endpoints.flatMap((endpoint) => codesOf(endpoint))),
    new Set(all.filter((code) => !OF_NO_ROUTE.has(code))),
  );
});
