import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { createDatabase } from '../../support/databases.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

const userId = toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81');
const courseId = toCourseId('7384c218-7413-5439-8a53-127d6e177480');

for (const [name, delimiter] of [
  ['commas', ','],
  ['semicolons', ';'],
  ['tabs', '\t'],
] as const) {
  test(`A CSV file whose columns are separated by ${name} is imported`, async () => {
    await using database = await createDatabase('sqlite');
    const lines = [
      HEADER,
      csvLine({ moduleIds: '"m-1;m-2"' }),
      csvLine({ averageScore: '', moduleIds: '"a,b"' }),
    ];
    const text = lines.map((line) => line.replaceAll(/,(?!b")/g, delimiter)).join('\n');
    const { code, stderr, summary } = await runImport(
      ['-', '--create-courses', '--database', database.url],
      text,
    );
    assert.deepEqual([code, summary.created], [0, 2], stderr);
    await using stats = await openStats({ database: database.url });
    const { items } = await stats.listSessions({ userId, courseId });
    assert.deepEqual(
      new Map(items.map(({ averageScore, moduleIds }) => [averageScore, moduleIds])),
      new Map([
        [68.4, ['m-1', 'm-2']],
        [null, ['a,b']],
      ]),
    );
  });
}

const READ: readonly (readonly [values: Record<string, string>, score: number, time: number])[] = [
  [{ averageScore: '85%' }, 85, 280_000],
  [{ averageScore: '85.5 %' }, 85.5, 280_000],
  [{ timeStudied: '00:25:30' }, 68.4, 1_530_000],
  [{ timeStudied: '100:00:00' }, 68.4, 360_000_000],
  [{ timeStudied: '25m' }, 68.4, 1_500_000],
  [{ timeStudied: 'PT1H5M' }, 68.4, 3_900_000],
  [{ timeStudied: '1e3' }, 68.4, 1_000],
];

test('A CSV file may have percentages and durations', async () => {
  await using database = await createDatabase('sqlite');
  const lines = READ.map(([values], index) =>
    csvLine({ ...values, completedAt: `2026-11-20T10:00:0${READ.length - index}Z` }),
  );
  const text = [HEADER, ...lines].join('\n');
  const { code, stderr } = await runImport(['-', '--create-courses', '--database', database.url], text);
  assert.equal(code, 0, stderr);
  await using stats = await openStats({ database: database.url });
  const { items } = await stats.listSessions({ userId, courseId });
  assert.deepEqual(
    items.map(({ averageScore, timeStudied }) => [averageScore, timeStudied]),
    READ.map(([, score, time]) => [score, time]),
  );
});

test('A time that could be minutes or hours, and text that is no number, are rejected with the value', async () => {
  await using database = await createDatabase('sqlite');
  const lines = [
    csvLine({ timeStudied: '25:30' }),
    csvLine({ timeStudied: '00:25:60' }),
    csvLine({ averageScore: 'A%' }),
    csvLine({ totalModulesStudied: '6%' }),
  ];
  const text = [HEADER, ...lines].join('\n');
  const { code, stderr } = await runImport(['-', '--create-courses', '--database', database.url], text);
  assert.equal(code, 5);
  for (const expected of [
    'line 2: timeStudied is "25:30"',
    'line 3: timeStudied is "00:25:60"',
    'line 4: averageScore is "A%"',
    'line 5: totalModulesStudied is "6%"',
  ]) {
    assert.ok(stderr.includes(expected), stderr);
  }
});
