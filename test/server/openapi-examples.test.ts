import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { serve } from '../../src/server/index.js';
import { stoppedClock } from '../support/clock.js';
import { bodyOf, type HttpAnswer } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import {
  documentSchema,
  endpointsOf,
  SchemaJudge,
  type Content,
  type Endpoint,
} from '../support/http-openapi.js';
import { routes } from '../../src/server/routes/index.js';

/** The operations that must precede each response. */
const PREREQUISITES: Readonly<Record<string, readonly string[]>> = {
  'listCourses 200': ['addCourse'],
  'setCourse 200': ['addCourse'],
  'deleteCourse 204': ['addCourse'],
  'enrolLearner 201': ['addCourse'],
  'enrolLearner 200': ['addCourse', 'enrolLearner'],
  'unenrolLearner 204': ['addCourse', 'enrolLearner'],
  'listLearners 200': ['addCourse', 'enrolLearner', 'recordSession'],
  'getLearner 200': ['addCourse', 'enrolLearner', 'recordSession'],
  'getSummary 200': ['addCourse', 'enrolLearner', 'recordSession'],
  'getCourseActivity 200': ['addCourse', 'recordSession'],
  'recordSession 201': ['addCourse'],
  'recordSession 200': ['addCourse', 'recordSession'],
  'recordSessions 200': ['addCourse'],
  'putSession 201': ['addCourse'],
  'putSession 200': ['addCourse', 'recordSession'],
  'listSessions 200': ['addCourse', 'recordSession'],
  'getSession 200': ['addCourse', 'recordSession'],
  'deleteSession 204': ['addCourse', 'recordSession'],
  'getStats 200': ['addCourse', 'recordSession'],
  'getHistory 200': ['addCourse', 'recordSession'],
  'drawCourseActivity 200': ['addCourse', 'recordSession'],
  'drawHistory 200': ['addCourse', 'recordSession'],
  'getLearnerActivity 200': ['addCourse', 'recordSession'],
  'listStudiedCourses 200': ['addCourse', 'recordSession'],
  'eraseUser 200': ['addCourse', 'recordSession'],
};

/** The operations without an example: the description itself, an HTML page, and pictures. */
const WITHOUT_EXAMPLE = new Set(['describe', 'docs', 'drawCourseActivity', 'drawHistory']);

for (const { operation, responses } of routes) {
  for (const status of Object.keys(responses)) {
    test(`The OpenAPI example of \`${operation}\` ${status} matches the response of the server`, async () => {
      await using stats = await openStats({ database: 'sqlite::memory:', clock: stoppedClock().read });
      await using server = await serve(stats, { port: 0 });
      await using client = new HttpClient(server.url);
      const document = documentSchema.parse(bodyOf(await client.send('GET', '/openapi.json')));
      const endpoints = new Map(endpointsOf(document).map((endpoint) => [endpoint.operationId, endpoint]));
      const userId = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
      const ask = (operationId: string, headers = {}) => {
        const endpoint = endpoints.get(operationId);
        assert.ok(endpoint, operationId);
        const { path, json } = requestOf(endpoint);
        return client.send(endpoint.method, path, { json, headers, ...(endpoint.userHeader && { userId }) });
      };

      for (const earlier of PREREQUISITES[`${operation} ${status}`] ?? []) await ask(earlier);
      const answer = await ask(operation);
      assert.equal(answer.status, Number(status), answer.text);
      const contents = Object.entries(endpoints.get(operation)?.responses[status]?.content ?? {});
      const [[, content] = [], ...others] = contents;
      if (content) assertExample(operation, content, answer, SchemaJudge.of(document));
      else assert.equal(answer.text, '');
      for (const [accept, other] of others) {
        const chosen = await ask(operation, { accept });
        assert.ok(chosen.headers['content-type']?.startsWith(`${accept};`), accept);
        assert.equal(chosen.text, other.example);
      }
    });
  }
}

function assertExample(operation: string, content: Content, answer: HttpAnswer, judge: SchemaJudge): void {
  const { schema, example } = content;
  if (WITHOUT_EXAMPLE.has(operation)) return assert.equal(example, undefined);
  judge.assertValid(schema, example);
  if (typeof example !== 'string') return assert.deepEqual(bodyOf(answer), example);
  // The example of the metrics is an excerpt.
  assert.ok(answer.text.includes(example), answer.text);
}

/** Builds a request from the examples of the description. */
function requestOf({ path, parameters = [], requestBody }: Endpoint) {
  const query = new URLSearchParams();
  let filled = path;
  for (const { in: place, name, required, example } of parameters) {
    assert.equal(example !== undefined, required, `${path} ${name}`);
    if (example === undefined) continue;
    if (place === 'path') filled = filled.replace(`{${name}}`, example);
    else query.set(name, example);
  }
  const json = requestBody?.content['application/json']?.example;
  assert.equal(json !== undefined, requestBody !== undefined, path);
  return { path: query.size > 0 ? `${filled}?${query.toString()}` : filled, json };
}
