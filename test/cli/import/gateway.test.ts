import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toCourseId, toUserId } from '../../../src/core/index.js';
import { until } from '../../support/condition.js';
import { TestDirectory } from '../../support/directory.js';
import { startBin } from '../../support/exports.js';
import { startGateway, type GatewayAnswer } from '../../support/gateway.js';
import { createService } from '../../support/http-service.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

const COURSE = { courseId: toCourseId('7384c218-7413-5439-8a53-127d6e177480'), name: 'Logic' };
const LEARNERS = 3;

const learnerOf = (index: number) => `7c7b7d42-ff2f-57e0-b43e-${String(index % LEARNERS).padStart(12, '0')}`;

/** Lines in the order in which the import records them. */
function linesOf(count: number): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const userId = `7c7b7d42-ff2f-57e0-b43e-${String(index).padStart(12, '0')}`;
    return csvLine({ userId });
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

// Most of the time is pauses between retries.
describe('import through a gateway', { concurrency: true }, () => {
  it('An import through a gateway that returns 429 and 502 for a while has the right totals', async () => {
    await using service = await createService('sqlite');
    await service.stats.setCourse({ courseId: COURSE.courseId, course: { name: COURSE.name } });
    await using directory = await TestDirectory.create();
    const lines = Array.from({ length: LEARNERS * 8 }, (_, index) => csvLine({ userId: learnerOf(index) }));
    const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
    // More failures in a row than one call of the client retries.
    await using gateway = await startGateway(service.url, (number): GatewayAnswer | undefined => {
      if (number > 7) return undefined;
      if (number % 3 === 0) return { status: 429, headers: { 'Retry-After': '0' } };
      return { status: 502, isForwarded: number === 1 };
    });
    const { code, stderr, summary } = await runImport([path, '--server', gateway.url]);
    assert.equal(code, 0, stderr);
    assert.equal(summary.lines, LEARNERS * 8);
    assert.equal((summary.created ?? 0) + (summary.replayed ?? 0), LEARNERS * 8);
    for (let learner = 0; learner < LEARNERS; learner++) {
      const key = { userId: toUserId(learnerOf(learner)), courseId: COURSE.courseId };
      const { sessionCount, totalModulesStudied } = await service.stats.getStats(key);
      assert.deepEqual([sessionCount, totalModulesStudied], [8, 48]);
    }
  });

  it('An import ends with exit code 4 and its last line if the server stays away', async () => {
    await using service = await createService('sqlite');
    await service.stats.setCourse({ courseId: COURSE.courseId, course: { name: COURSE.name } });
    await using directory = await TestDirectory.create();
    const path = await directory.write('sessions.csv', linesOf(1_000));
    // The first request has 200 sessions.
    await using gateway = await startGateway(service.url, (number) =>
      number > 1 ? { status: 503, headers: { 'Retry-After': '3600' } } : undefined,
    );
    const { code, stderr, summary } = await runImport([path, '--server', gateway.url]);
    assert.equal(code, 4);
    assert.equal(
      stderr,
      `Stopped after line 201. Later lines may be recorded too. Run the same command again; no session is counted twice.
stats-service: The server ${gateway.url} returned 503; try again in 3,600 s.
`,
    );
    assert.equal(summary.created, 200);
  });

  it('Ctrl-C stops an import that waits for the retry of a request', async () => {
    await using service = await createService('sqlite');
    await using directory = await TestDirectory.create();
    const path = await directory.write('sessions.csv', linesOf(1));
    await using gateway = await startGateway(service.url, () => ({
      status: 503,
      headers: { 'Retry-After': '15' },
    }));
    const child = startBin(['import', path, '--server', gateway.url]);
    await until('the import sent a request', () => gateway.requests.length === 1);
    const start = performance.now();
    child.kill('SIGINT');
    const { code, stderr } = await child.ended;
    assert.equal(code, 130, stderr);
    assert.match(
      stderr,
      /^Stopped after line 0\. .* Run the same command again.*\nstats-service: interrupted\n$/,
    );
    assert.ok(performance.now() - start < 5_000);
  });
});
