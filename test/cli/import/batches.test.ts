import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { until } from '../../support/condition.js';
import { createDatabase, DIALECTS } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';
import { LockHolder } from '../../support/lock-holder.js';

const userId = toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81');
const courseId = toCourseId('7384c218-7413-5439-8a53-127d6e177480');
const SESSION = '2d2c7962-2120-536a-aa9a-b2458eb413b9';
const file = (...lines: readonly string[]) => `${[HEADER, ...lines].join('\n')}\n`;

for (const dialect of DIALECTS) {
  test(`An import into ${dialect} reports rejected lines in the order of the file`, async () => {
    await using database = await createDatabase(dialect);
    await using directory = await TestDirectory.create();
    await using stats = await openStats({ database: database.url });
    await stats.addCourse({ course: { courseId, name: 'Algebra' } });
    const lines = [
      csvLine({ sessionId: SESSION }),
      csvLine({ courseId: crypto.randomUUID() }),
      csvLine({ sessionId: SESSION, timeStudied: '1' }),
      csvLine({ averageScore: '-1' }),
      'one field',
      csvLine({ sessionId: SESSION }),
      csvLine({ courseId: crypto.randomUUID() }),
    ];
    const path = await directory.write('sessions.csv', file(...lines));
    const { code, stderr, summary } = await runImport([path, '--database', database.url]);
    assert.equal(code, 5);
    assert.deepEqual(
      Array.from(stderr.matchAll(/^line (\d+): (\w+)/gm), ([, line, field]) => `${line} ${field}`),
      ['3 courseId', '4 sessionId', '5 averageScore', '6 has', '8 courseId'],
    );
    assert.deepEqual([summary.created, summary.replayed, summary.conflict, summary.invalid], [1, 1, 1, 4]);
  });

  test(`An import into ${dialect} creates a missing course once for all lines that name it`, async () => {
    await using database = await createDatabase(dialect);
    await using directory = await TestDirectory.create();
    const courses = Array.from({ length: 5 }, () => crypto.randomUUID());
    const lines = Array.from({ length: 500 }, (_, index) => csvLine({ courseId: courses[index % 5] ?? '' }));
    const path = await directory.write('sessions.csv', file(...lines));
    const { code, summary } = await runImport([path, '--create-courses', '--database', database.url]);
    assert.deepEqual([code, summary.created, summary.coursesCreated], [0, 500, 5]);
  });
}

test('A repaired reject keeps its derived id, so that the repaired source is a replay', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  await using stats = await openStats({ database: database.url });
  await stats.addCourse({ course: { courseId, name: 'Algebra' } });
  const wrong = crypto.randomUUID();
  const path = await directory.write('sessions.csv', file(csvLine({ sessionId: '', courseId: wrong })));
  const rejects = join(directory.path, 'rejects.ndjson');
  await runImport([path, '--rejects', rejects, '--database', database.url]);
  const repaired = (await directory.read('rejects.ndjson')).replaceAll(wrong, courseId);
  const repairedRejects = await directory.write('repaired.ndjson', repaired);
  const first = await runImport([repairedRejects, '--database', database.url]);
  assert.equal(first.summary.created, 1, first.stderr);
  const source = await directory.write('sessions.csv', file(csvLine({ sessionId: '' })));
  const second = await runImport([source, '--database', database.url]);
  assert.equal(second.summary.replayed, 1, second.stderr);
});

test('An import waits for a locked learner and records the other learners meanwhile', async () => {
  await using database = await createDatabase('postgres');
  await using directory = await TestDirectory.create();
  await using stats = await openStats({ database: database.url });
  await stats.addCourse({ course: { courseId, name: 'Algebra' } });
  const session = { totalModulesStudied: 1, averageScore: 1, timeStudied: 1 };
  await stats.recordSession({ userId, courseId, session });
  const free = toUserId(crypto.randomUUID());
  const path = await directory.write('sessions.csv', file(csvLine(), csvLine({ userId: free })));
  await using holder = await LockHolder.acquire(database.url, 'select from course_stats for update');
  const importing = runImport([path, '--database', database.url]);
  await until('the other learner is recorded', async () => {
    const { items } = await stats.listSessions({ userId: free, courseId });
    return items.length === 1;
  });
  await holder.release();
  const { code, summary, stderr } = await importing;
  assert.deepEqual([code, summary.created], [0, 2], stderr);
});
