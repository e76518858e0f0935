import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { BIN } from '../../support/cli.js';
import { until } from '../../support/condition.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { startBin } from '../../support/exports.js';
import { csvLine, HEADER } from '../../support/imports.js';
import { event, linesOf } from '../../support/statements.js';
import { startSilentServer } from '../../support/silent-server.js';

/** Milliseconds, less than the client timeout of 30 s. */
const EXIT_DEADLINE = 5_000;

test('Ctrl-C stops an import, which reports the last recorded line', async () => {
  await using database = await createDatabase('sqlite');
  const argv = ['import', '-', '--create-courses', '--json', '--database', database.url];
  const child = spawn(process.execPath, [BIN, ...argv], { env: {}, stdio: ['pipe', 'pipe', 'pipe'] });
  const finished = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  child.stdin.write([HEADER, csvLine(), csvLine(), ''].join('\n'));
  await using stats = await openStats({ database: database.url });
  const learner = {
    userId: toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81'),
    courseId: toCourseId('7384c218-7413-5439-8a53-127d6e177480'),
  };
  const recorded = async () => {
    const { items } = await stats.listStudiedCourses({ userId: learner.userId });
    return items[0]?.sessionCount === 2;
  };
  await until('the first lines are recorded', recorded);
  child.kill('SIGINT');
  const [stdout, stderr, [code]] = await finished;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /^Stopped after line 3\. .* Run the same command again/m);
  assert.equal(JSON.parse(stdout).created, 2);
});

const UNANSWERED: readonly (readonly [what: string, options: readonly string[], message: RegExp])[] = [
  ['sessions', [], /^Stopped after line 0\. .* Run the same command again.*\nstats-service: interrupted\n$/],
  [
    'sessions with new ids',
    ['--new-ids'],
    /^line 2: may have been recorded.*\nline 3: .*\nStopped after line 3\. Import only .*\nstats-service: interrupted\n$/,
  ],
];

for (const [what, options, message] of UNANSWERED) {
  test(`Ctrl-C stops an import of ${what} into a server that does not respond`, async () => {
    await using server = await startSilentServer();
    await using directory = await TestDirectory.create();
    const path = await directory.write('sessions.csv', [HEADER, csvLine(), csvLine()].join('\n'));
    const child = startBin(['import', path, ...options, '--server', server.url]);
    await until('the import sent a request', () => server.asked === 1);
    await assertEndsSoon(child, message);
  });
}

test('Ctrl-C stops an import of statements, which names no line', async () => {
  await using server = await startSilentServer();
  await using directory = await TestDirectory.create();
  const path = await directory.write('statements.ndjson', linesOf([event, event]));
  const child = startBin(['import', path, '--format', 'xapi', '--server', server.url]);
  await until('the import sent a request', () => server.asked === 1);
  await assertEndsSoon(child, /^Stopped\.\nstats-service: interrupted\n$/);
});

test('Ctrl-C stops an import of courses into a server that does not respond', async () => {
  await using server = await startSilentServer();
  await using directory = await TestDirectory.create();
  const course = { courseId: '7384c218-7413-5439-8a53-127d6e177480', name: 'Algebra' };
  const path = await directory.write('courses.json', JSON.stringify(course));
  const child = startBin(['import', '--courses', path, '--server', server.url]);
  await until('the import sent a request', () => server.asked === 1);
  await assertEndsSoon(child, /^stats-service: interrupted\n$/);
});

async function assertEndsSoon(child: ReturnType<typeof startBin>, message: RegExp): Promise<void> {
  const start = performance.now();
  child.kill('SIGINT');
  const { code, stderr } = await child.ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, message);
  assert.ok(performance.now() - start < EXIT_DEADLINE, `after ${performance.now() - start} ms`);
}
