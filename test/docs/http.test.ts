import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeApi } from '../../src/server/openapi/index.js';
import { routeGroups } from '../../src/server/routes/index.js';
import { assertCommands } from '../support/console.js';
import { codesOf, documentSchema, endpointsOf } from '../support/http-openapi.js';
import { codeBlocks, commandsOf } from '../support/markdown.js';

const PAGE = new URL('../../docs/http.md', import.meta.url);
const endpoints = endpointsOf(documentSchema.parse(JSON.parse(JSON.stringify(describeApi(routeGroups)))));

test('Every command in `docs/http.md` prints the documented output', () => assertCommands(PAGE));

test('`docs/http.md` has an example for every route', () => {
  const asked = codeBlocks(PAGE)
    .flatMap(commandsOf)
    .filter(({ line }) => line.startsWith('curl '))
    .map(({ line }) => {
      const given = /-X (\w+)/.exec(line)?.[1];
      const { pathname } = new URL(/"(http[^"]+)"/.exec(line)?.[1] ?? '');
      return `${given ?? (line.includes(' -d ') ? 'POST' : 'GET')} ${pathname}`;
    });
  // The page names these routes without an example, because their responses are too long.
  const long = new Set(['metrics', 'describe', 'docs', 'drawCourseActivity', 'drawHistory']);
  for (const { operationId, method, path } of endpoints) {
    const pattern = new RegExp(`^${method} ${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    const found = long.has(operationId)
      ? readFileSync(PAGE, 'utf8').includes(`\`${path}\``)
      : asked.some((request) => pattern.test(request));
    assert.ok(found, `${method} ${path}`);
  }
});

test('`docs/http.md` lists exactly the problems that a request can cause', () => {
  const [, table = ''] = readFileSync(PAGE, 'utf8').split('<!-- problems -->');
  const listed = Array.from(
    table.matchAll(/^\| (\d+) +\| `([a-z0-9-]+)`/gm),
    ([, status, code]) => `${status} ${code}`,
  );
  const met = endpoints.flatMap((endpoint) =>
    Object.entries(endpoint.responses).flatMap(([status, response]) =>
      codesOf({ ...endpoint, responses: { [status]: response } }).map((code) => `${status} ${code}`),
    ),
  );
  const ofNoRoute = ['404 route-not-found', '405 method-not-allowed'];
  assert.deepEqual(listed.toSorted(), [...new Set([...met, ...ofNoRoute])].toSorted());
});
