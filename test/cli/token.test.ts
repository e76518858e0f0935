import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { newUserId } from '../support/factories.js';
import { runCli } from '../support/cli.js';
import { createTokenService, type TokenService } from '../support/token-service.js';

let service: TokenService;

before(async () => {
  service = await createTokenService();
});

after(() => service[Symbol.asyncDispose]());

const HINT = 'If the server has --auth token, set STATS_TOKEN to a JWT or an API key that may do this.';

const withToken = (token: string, ...argv: readonly string[]) =>
  runCli(argv, { env: { STATS_SERVER_URL: service.url, STATS_TOKEN: token } });

test('`whoami` prints the caller as fields and as JSON', async () => {
  const userId = newUserId();
  const learner = await withToken(await service.issuer.sign(userId), 'whoami');
  assert.equal(learner.code, 0, learner.stderr);
  assert.equal(
    learner.stdout,
    `Learner     ${userId}
Credential  jwt
Scopes      –
Courses     all
`,
  );
  const key = await service.createKey(['stats:read', 'sessions:write'], [service.courseId]);
  const { stdout } = await withToken(key, 'whoami');
  assert.equal(
    stdout,
    `Learner     –
Credential  api-key
Scopes      sessions:write stats:read
Courses     ${service.courseId}
`,
  );
  assert.deepEqual(JSON.parse((await withToken(key, 'whoami', '--json')).stdout), {
    userId: null,
    credential: 'api-key',
    scopes: ['sessions:write', 'stats:read'],
    courses: [service.courseId],
  });
});

test('`whoami` needs a server', async () => {
  const { code, stderr } = await runCli(['whoami']);
  assert.equal(code, 2);
  assert.equal(stderr, 'stats-service: whoami needs a server; add --server or set STATS_SERVER_URL\n');
});

test('A refused command says what is missing, and to set `STATS_TOKEN`', async () => {
  const user = newUserId();
  const stats = ['stats', '--user', user, '--course', service.courseId, '--server', service.url];
  const without = await runCli(stats);
  assert.equal(without.code, 1);
  assert.equal(
    without.stderr,
    `stats-service: Send "Authorization: Bearer" with a token or an API key. ${HINT}\n`,
  );
  const key = await service.createKey(['courses:write']);
  const { code, stderr } = await runCli(stats, { env: { STATS_TOKEN: key } });
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `stats-service: This call for another learner requires the scope stats:read. ${HINT}\n`,
  );
  const reader = await service.createKey(['stats:read']);
  assert.equal((await runCli(stats, { env: { STATS_TOKEN: reader } })).code, 0);
});

test('No output has the token, even with `--verbose`', async () => {
  for (const [token, server] of [
    ['ssk_s3cr3t\n', service.url],
    ['ssk_s3cr3t', service.url],
    ['ssk_s3cr3t', 'http://127.0.0.1:1'],
    ['ssk_s3cr3t', 'http://stats.example'],
  ] as const) {
    const { code, stdout, stderr } = await runCli(['--verbose', 'whoami', '--server', server], {
      env: { STATS_TOKEN: token },
    });
    assert.notEqual(code, 0);
    assert.ok(!`${stdout}${stderr}`.includes('s3cr3t'), stderr);
  }
});

test('A `STATS_TOKEN` that is not a token is a usage error', async () => {
  const { code, stderr } = await withToken('Bearer abc', 'whoami');
  assert.equal(code, 2);
  assert.equal(
    stderr,
    'stats-service: STATS_TOKEN must be a JWT or an API key: visible ASCII characters only, without spaces, line breaks and the word Bearer\n',
  );
});

test('`STATS_ALLOW_HTTP` is required for a token over http to another machine', async () => {
  const argv = ['whoami', '--server', 'http://stats.invalid:8080'];
  const refused = await runCli(argv, { env: { STATS_TOKEN: 'abc' } });
  assert.equal(refused.code, 2);
  assert.equal(
    refused.stderr,
    'stats-service: STATS_ALLOW_HTTP must be true to send the token without encryption to http://stats.invalid:8080; use https if you can\n',
  );
  const wrong = await runCli(argv, { env: { STATS_TOKEN: 'abc', STATS_ALLOW_HTTP: 'yes' } });
  assert.equal(wrong.code, 2);
  assert.equal(wrong.stderr, 'stats-service: STATS_ALLOW_HTTP is "yes"; it must be true or false\n');
});
