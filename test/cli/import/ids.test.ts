import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { deriveId, openStats } from '../../../src/core/index.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { sessionContent } from '../../support/factories.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

const COURSE = '7384c218-7413-5439-8a53-127d6e177480';

test('`import --ids` writes each derived id once, by kind and text, to a file that only its owner can read', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const completedAt = '2026-11-20T10:00:00Z';
  const session = { courseId: COURSE, ...sessionContent(), completedAt };
  const lines = [
    { ...session, userId: 'say "hi", =1+1' },
    { ...session, userId: ' 4711 ', courseId: COURSE.toUpperCase() },
    { ...session, userId: '4711', sessionId: 'first\nattempt' },
    { ...session, userId: '7c7b7d42-ff2f-57e0-b43e-bdac13420b81', courseId: 'MATH' },
    ...Array.from({ length: 250 }, (_, index) => ({ ...session, userId: `x-${1_000 + index}` })),
  ];
  const path = await directory.write('a.ndjson', lines.map((line) => JSON.stringify(line)).join('\n'));
  const file = join(directory.path, 'ids.csv');
  const argv = [path, '--derive-ids', '--ids', file, '--create-courses', '--database', database.url];
  const { code, stderr } = await runImport(argv);
  assert.equal(code, 0, stderr);
  const written = await directory.read('ids.csv');
  assert.equal(
    written,
    [
      'kind,given,id',
      `course,MATH,${deriveId('MATH')}`,
      `session,"first\nattempt",${deriveId('first\nattempt')}`,
      `user,4711,${deriveId('4711')}`,
      `user,"say ""hi"", =1+1",${deriveId('say "hi", =1+1')}`,
      ...Array.from(
        { length: 250 },
        (_, index) => `user,x-${1_000 + index},${deriveId(`x-${1_000 + index}`)}`,
      ),
      '',
    ].join('\n'),
  );
  if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);

  const failed = await runImport(['-', '--derive-ids', '--ids', file, '--database', database.url], 'mood\n');
  assert.equal(failed.code, 1, failed.stderr);
  assert.equal(await directory.read('ids.csv'), written);
  assert.deepEqual(await directory.files(), ['a.ndjson', 'ids.csv']);
});

test('`import --ids` has the ids of a file of courses and of courses that are found by name', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  await using stats = await openStats({ database: database.url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const courses = await directory.write('courses.json', JSON.stringify({ courseId: 'LOG-1', name: 'Logic' }));
  const file = join(directory.path, 'ids.csv');
  const target = ['--ids', file, '--database', database.url];
  const lines = [HEADER, csvLine({ courseId: 'Algebra' }), csvLine({ courseId: 'Geometry' })];
  const options = ['--course-by-name', '--create-courses', '--derive-ids', '--courses', courses];
  const { code, stderr } = await runImport(['-', ...options, ...target], lines.join('\n'));
  assert.equal(code, 0, stderr);
  assert.equal(
    await directory.read('ids.csv'),
    `kind,given,id\ncourse,Algebra,${courseId}\ncourse,Geometry,${deriveId('Geometry')}\ncourse,LOG-1,${deriveId('LOG-1')}\n`,
  );
});

test('`import --ids` never overwrites another file of the import', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const text = `${HEADER}\n${csvLine()}\n`;
  const path = await directory.write('sessions.csv', text);
  const rejects = join(directory.path, 'rejects.ndjson');
  const derive = [path, '--derive-ids', '--create-courses', '--database', database.url];
  for (const [options, code, message] of [
    [[...derive, '--ids', '-'], 2, /--ids cannot be stdout, which has the summary; name a file$/m],
    [[...derive, '--ids', path], 2, /--ids \S+ would overwrite the imported file; name another file$/m],
    [[...derive, '--ids', rejects, '--rejects', rejects], 2, /--ids and --rejects both name \S+; name two/],
    [[...derive, '--ids', database.url.slice('sqlite:'.length)], 2, /\S+ belongs to the database; name/],
    [[...derive, '--ids', join(directory.path, 'none', 'ids')], 1, /none for \S+ does not exist; create it/],
    [
      [path, '--ids', 'ids.csv', '--database', database.url],
      2,
      /--ids requires --derive-ids, --course-by-name or --format xapi/,
    ],
  ] as const) {
    const finished = await runImport(options);
    assert.deepEqual([finished.code, finished.summary], [code, {}], finished.stderr);
    assert.match(finished.stderr, message);
  }
  assert.equal(await directory.read('sessions.csv'), text);
  assert.deepEqual(await directory.files(), ['sessions.csv']);
});
