import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { toUserId, type CourseId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { TestDirectory } from '../../support/directory.js';
import { newCourseId, newUserId } from '../../support/factories.js';
import { startGateway } from '../../support/gateway.js';
import { csvLine, HEADER } from '../../support/imports.js';
import { createTokenService, type TokenService } from '../../support/token-service.js';

const ANOTHER = 'it must be one of the courses of the credential';

let service: TokenService;
let other: CourseId;

before(async () => {
  service = await createTokenService();
  ({ courseId: other } = await service.stats.addCourse({ course: { name: 'Geometry' } }));
});

after(() => service[Symbol.asyncDispose]());

/** Returns ids in the order in which an import records them. */
const sessionIdOf = (index: number) => `5e551000-0000-4000-8000-${String(index).padStart(12, '0')}`;

async function runImport(token: string, lines: readonly string[], ...argv: readonly string[]) {
  const input = `${[HEADER, ...lines].join('\n')}\n`;
  const env = { STATS_SERVER_URL: service.url, STATS_TOKEN: token };
  return runCli(['import', '-', '--format', 'csv', '--json', '--quiet', ...argv], { input, env });
}

for (const flags of [[], ['--dry-run']]) {
  test(`${['import', ...flags].join(' ')} rejects each session of another course than those of the token`, async () => {
    const { courseId } = service;
    const userId = newUserId();
    const key = await service.createKey(['stats:read', 'sessions:write'], [courseId]);
    const lines = [other, courseId, other, courseId].map((each) => csvLine({ userId, courseId: each }));
    const { code, stdout, stderr } = await runImport(key, lines, ...flags);
    assert.equal(code, 5, stderr);
    const { created, invalid } = JSON.parse(stdout);
    assert.deepEqual([created, invalid], [2, 2]);
    assert.equal(
      stderr,
      `line 2: courseId is "${other}"; ${ANOTHER}
line 4: courseId is "${other}"; ${ANOTHER}
stats-service: 2 rejected. Add --rejects FILE to keep the rejected lines.
`,
    );
    const { sessionCount } = await service.stats.getStats({ userId: toUserId(userId), courseId });
    assert.equal(sessionCount, flags.length === 0 ? 2 : 0);
  });
}

test('import without a scope ends with one error, and records nothing', async () => {
  const { courseId } = service;
  const userId = newUserId();
  const lines = Array.from({ length: 500 }, () => csvLine({ userId, courseId }));
  const { code, stdout, stderr } = await runImport(await service.createKey(['stats:read']), lines);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    'stats-service: This call requires the scope sessions:write. If the server has --auth token, set STATS_TOKEN to a JWT or an API key that may do this.\n',
  );
  assert.equal(stdout, '');
  assert.equal((await service.stats.getStats({ userId, courseId })).sessionCount, 0);
});

test('import with a token that expires says after which line, and that it can be run again', async () => {
  const { courseId } = service;
  const userId = newUserId();
  const key = await service.createKey(['sessions:write']);
  const lines = Array.from({ length: 500 }, (_, index) =>
    csvLine({ sessionId: sessionIdOf(index), userId, courseId }),
  );
  const body = '{"code":"invalid-token","detail":"The credential is not valid: it has expired."}';
  // A request has 200 sessions.
  await using gateway = await startGateway(service.url, (number) =>
    number > 1 ? { status: 401, body } : undefined,
  );
  const { code, stderr } = await runImport(key, lines, '--server', gateway.url);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `Stopped after line 201. Later lines may be recorded too. Run the same command again; no session is counted twice.
stats-service: The credential is not valid: it has expired. If the server has --auth token, set STATS_TOKEN to a JWT or an API key that may do this.
`,
  );
  assert.equal(gateway.requests.length, 2);
  assert.equal((await service.stats.getStats({ userId, courseId })).sessionCount, 200);
  assert.equal((await runImport(key, lines)).code, 0);
  assert.equal((await service.stats.getStats({ userId, courseId })).sessionCount, 500);
});

test('import --create-courses names the scope for courses', async () => {
  const lines = [csvLine({ courseId: newCourseId() })];
  const key = await service.createKey(['sessions:write']);
  const { code, stderr } = await runImport(key, lines, '--create-courses');
  assert.equal(code, 1);
  assert.match(stderr, /^stats-service: This call requires the scope courses:write\. [^\n]+\n$/);
});

test('import --courses rejects each course that the token does not include', async () => {
  await using directory = await TestDirectory.create();
  const { courseId } = service;
  const key = await service.createKey(['courses:write'], [courseId]);
  const file = await directory.write(
    'courses.csv',
    `courseId,name\n${other},Topology\n${courseId},Algebra\n`,
  );
  const { code, stdout, stderr } = await runCli(['import', '--courses', file, '--json', '--quiet'], {
    env: { STATS_SERVER_URL: service.url, STATS_TOKEN: key },
  });
  assert.equal(code, 5, stderr);
  assert.equal(stderr.split('\n')[0], `${file}, line 2: courseId is "${other}"; ${ANOTHER}`);
  const { coursesExisting, coursesRejected } = JSON.parse(stdout);
  assert.deepEqual([coursesExisting, coursesRejected], [1, 1]);
});
