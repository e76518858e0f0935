import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { newCourseId, sessionContent } from '../support/factories.js';
import { bodyOf } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { startExample } from '../support/example.js';
import { codeBlocks } from '../support/markdown.js';

const FRAMEWORKS = ['node:http', 'express', 'fastify', 'hono'];
const ANN = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
const asAnn = { authorization: 'Bearer ann' };
const asBob = { authorization: 'Bearer bob' };

const statsSchema = z.looseObject({ sessionCount: z.int() });

const servers = codeBlocks(new URL('../../docs/library.md', import.meta.url)).filter(({ code }) =>
  code.includes('Listening on'),
);

describe('The servers in `docs/library.md`', { concurrency: true }, () => {
  for (const [index, framework] of FRAMEWORKS.entries()) {
    test(`The example of ${framework} replaces the \`X-User-Id\` of the client`, async () => {
      const example = servers[index];
      assert.ok(example && example.code.includes(`from '${framework}';`));
      await using server = await startExample(example.code);
      await using client = new HttpClient(server.url);
      const path = `/stats/courses/${newCourseId()}`;
      const countOf = async (headers: Readonly<Record<string, string>>) =>
        statsSchema.parse(bodyOf(await client.send('GET', path, { headers }))).sessionCount;

      const name = { json: { name: 'Logic' } };
      assert.equal((await client.send('PUT', path, { ...name, userId: ANN })).status, 401);
      assert.equal((await client.send('PUT', path, { ...name, headers: asAnn })).status, 201);
      const posted = await client.send('POST', path, {
        json: sessionContent(),
        userId: ANN,
        headers: asBob,
      });
      assert.equal(posted.status, 201, posted.text);
      assert.ok(posted.headers['location']?.startsWith(`${path}/sessions/`));
      assert.equal(await countOf(asAnn), 0);
      assert.equal(await countOf({ ...asBob, 'X-USER-ID': ANN }), 1);
      assert.equal((await client.send('DELETE', '/stats/me', { userId: ANN, headers: asBob })).status, 200);
      assert.equal(await countOf(asBob), 0);

      assert.equal((await client.send('HEAD', path, { headers: asAnn })).status, 200);
      const invalid = await client.send('POST', path, { json: {}, headers: asAnn });
      assert.equal(invalid.status, 400);
      assert.equal((await client.send('GET', '/stats/docs', { headers: asAnn })).status, 200);
    });
  }
});
