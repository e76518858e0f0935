import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { BIN } from '../../support/cli.js';
import { until } from '../../support/condition.js';
import { createDatabase } from '../../support/databases.js';
import { csvLine, HEADER } from '../../support/imports.js';

test('Ctrl-C stops an import, which says where', async () => {
  await using database = await createDatabase('sqlite');
  const argv = ['import', '-', '--create-courses', '--json', '--database', database.url];
  const child = spawn(process.execPath, [BIN, ...argv], { env: {}, stdio: ['pipe', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
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
  await until('what has come is recorded', recorded);
  child.kill('SIGINT');
  const [stdout, stderr, [code]] = await said;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /^Stopped after line 3\. Run the same again to go on/m);
  assert.equal(JSON.parse(stdout).created, 2);
});
