import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBin } from '../support/exports.js';
import { until } from '../support/condition.js';
import { TestDirectory } from '../support/directory.js';
import { FULL } from '../support/full.js';
import { startGateway } from '../support/gateway.js';
import { createService } from '../support/http-service.js';
import { csvLine, HEADER, runImport } from '../support/imports.js';

const LINES = 1_000;
/** Milliseconds without success in which the last attempt begins, and for its retries. */
const LIMIT = 120_000 + 20_000;

test(
  'An import ends with exit code 4 after two minutes without its server, and can be run again',
  { skip: !FULL && 'takes two minutes', timeout: 200_000 },
  async (context) => {
    await using service = await createService('sqlite');
    await using directory = await TestDirectory.create();
    const lines = Array.from({ length: LINES }, () => csvLine({ courseId: service.courseId }));
    const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
    await using gateway = await startGateway(service.url, () => undefined);
    const child = startBin(['import', path, '--server', gateway.url]);
    await until('some sessions were sent', () => gateway.requests.length > 250);
    await gateway[Symbol.asyncDispose]();
    const start = performance.now();
    const { code, stderr } = await child.ended;
    const duration = performance.now() - start;
    context.diagnostic(`${Math.round(duration / 1_000)} s\n${stderr}`);
    assert.equal(code, 4, stderr);
    assert.match(
      stderr,
      /Retrying for up to 2 minutes\.\nStopped after line \d+\. .*\nstats-service: .*cannot be reached; try again\. All 5 attempts failed\. \(.* refuses connections; .*\)\n$/,
    );
    assert.ok(duration > 90_000 && duration < LIMIT);

    const { summary } = await runImport([path, '--server', service.url]);
    assert.equal((summary.created ?? 0) + (summary.replayed ?? 0), LINES);
    assert.ok((summary.replayed ?? 0) >= 200);
  },
);
