import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveId, openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
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
      csvLine({ averageScore: '', moduleIds: '"a,b;c"' }),
    ];
    const text = lines.map((line) => line.replaceAll(/,(?!b;c")/g, delimiter)).join('\n');
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
        [null, ['a,b', 'c']],
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

const row = (values: Record<string, string>) => csvLine({ sessionId: '', ...values });
const table = (...lines: readonly string[]) => [HEADER, ...lines].join('\n');

test('Different sessions of one learner, course and time are named, or recorded with --same-time distinct', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--database', database.url, '--create-courses'];
  const lines = [row({}), row({ averageScore: '70' }), row({}), row({ timeStudied: '1000' })];
  const named = await runImport(target, table(...lines));
  assert.deepEqual(
    [named.code, named.summary.created, named.summary.repeated, named.summary.conflict],
    [5, 1, 1, 2],
    named.stderr,
  );
  assert.match(
    named.stderr,
    /^line 3: completedAt is "2026-11-20T10:00:00Z"; it must differ from .*--same-time distinct to record both/m,
  );
  const distinct = await runImport([...target, '--same-time', 'distinct'], table(...lines));
  assert.deepEqual(
    [distinct.code, distinct.summary.created, distinct.summary.replayed],
    [0, 2, 2],
    distinct.stderr,
  );
  // Another order of the lines records no session again.
  const again = await runImport([...target, '--same-time', 'distinct'], table(...lines.toReversed()));
  assert.deepEqual([again.summary.created, again.summary.replayed], [0, 4]);
  await using stats = await openStats({ database: database.url });
  assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 3);
  const replaced = await runImport([...target, '--same-time', 'distinct', '--on-conflict', 'replace'], '');
  assert.match(replaced.stderr, /--same-time distinct cannot be used with --on-conflict replace/);
});

test('A session without a time of completion is refused, or recorded with the one of --completed-at', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--database', database.url, '--create-courses'];
  const text = table(csvLine({ completedAt: '' }), row({ completedAt: '' }));
  const refused = await runImport(target, text);
  assert.deepEqual([refused.code, refused.summary.invalid], [5, 2]);
  assert.match(refused.stderr, /^line 2: completedAt is missing; add it, or use --completed-at now/m);
  const now = await runImport([...target, '--completed-at', 'now'], text);
  assert.deepEqual([now.summary.created, now.summary.invalid], [1, 1], now.stderr);
  assert.match(
    now.stderr,
    /^line 3: sessionId is required with --completed-at now, because the next import/m,
  );
  const local = ['--completed-at', '2026-03-01 14:05', '--time-zone', 'Europe/Berlin'];
  const at = await runImport([...target, ...local], table(row({ completedAt: '' })));
  assert.deepEqual([at.code, at.summary.created], [0, 1], at.stderr);
  await using stats = await openStats({ database: database.url });
  const { items } = await stats.listSessions({ userId, courseId });
  assert.deepEqual(
    items.slice(1).map(({ completedAt }) => completedAt),
    ['2026-03-01T13:05:00.000Z'],
  );
});

test('--default gives the value of a field that the file lacks', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--database', database.url, '--create-courses', '--derive-ids'];
  const text = 'userId,timeStudied,completedAt,timeOfDay\nann,25m,01.03.2026,14:05\nben,,01.03.2026,14:06\n';
  const defaults = ['courseId=Logic', 'averageScore=', 'totalModulesStudied=1', 'timeStudied=10m'];
  const options = ['--map', 'timeOfDay=completedAt', '--date-order', 'dmy', '--time-zone', 'UTC'];
  options.push(...defaults.flatMap((each) => ['--default', each]));
  const { code, stderr } = await runImport([...target, ...options], text);
  assert.equal(code, 0, stderr);
  await using stats = await openStats({ database: database.url });
  const key = { userId: toUserId(deriveId('ben')), courseId: toCourseId(deriveId('Logic')) };
  const [session] = (await stats.listSessions(key)).items;
  assert.deepEqual(
    [session?.averageScore, session?.timeStudied, session?.completedAt],
    [null, 600_000, '2026-03-01T14:06:00.000Z'],
  );
});

test('Times of a file that look like seconds get a hint', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['import', '-', '--database', database.url, '--create-courses'];
  const seconds = table(
    row({ timeStudied: '1530' }),
    row({ timeStudied: '90', completedAt: '2026-01-01T00:00:00Z' }),
    row({ timeStudied: '21600', completedAt: '2026-01-02T00:00:00Z' }),
  );
  const hinted = await runCli(target, { input: seconds });
  assert.match(
    hinted.stderr,
    /^Most values of timeStudied are below 20,000 milliseconds; the longest is 21,600\. .*--on-conflict replace\.$/m,
  );
  const distinct = await runCli([...target, '--same-time', 'distinct'], { input: seconds });
  assert.match(
    distinct.stderr,
    /delete these sessions or use another database, and .*--time-unit s or min\.$/m,
  );
  const again = [...target, '--time-unit', 's', '--on-conflict', 'replace'];
  const repaired = await runCli(again, { input: seconds });
  assert.equal(repaired.stderr, '');
  await using stats = await openStats({ database: database.url });
  assert.equal((await stats.getStats({ userId, courseId })).timeStudied, 23_220_000);
  const mixed = await runCli(target, { input: table(csvLine({ timeStudied: '1530' }), csvLine()) });
  assert.equal(mixed.stderr, '');
});

test('A line without sessionId never replaces the session of another line of its file', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--database', database.url, '--create-courses', '--on-conflict', 'replace'];
  const scores = ['70', '80', '70', '90'];
  const text = table(...scores.map((averageScore) => row({ averageScore })));
  for (const outcome of ['created', 'replayed'] as const) {
    const { code, summary, stderr } = await runImport(target, text);
    assert.deepEqual(
      [code, summary[outcome], summary.conflict],
      [5, outcome === 'created' ? 1 : 2, 2],
      stderr,
    );
    assert.match(
      stderr,
      /^line 3: completedAt is "2026-11-20T10:00:00Z"; it must differ from that of another line/m,
    );
  }
  await using stats = await openStats({ database: database.url });
  assert.equal((await stats.getStats({ userId, courseId })).averageScore, 70);
  const replaced = await runImport(target, table(row({ averageScore: '80' })));
  assert.deepEqual([replaced.code, replaced.summary.replaced], [0, 1]);
});

test('Options of cells are checked', async () => {
  await using database = await createDatabase('sqlite');
  for (const [options, message] of [
    [['--delimiter', ';;'], /--delimiter is ";;"; it must be one character, such as ; or \|, or tab/],
    [['--time-zone', 'Mars/Base'], /--time-zone is "Mars\/Base"; it must be a time zone, such as/],
    [['--default', 'score=5'], /--default is "score"; it must name one of userId/],
    [['--default', 'averageScore=85,5'], /--default averageScore is "85,5"; it must have a decimal point/],
    [['--completed-at', '01/03/2026'], /--completed-at is "01\/03\/2026"; it must begin with the year/],
    [['--format', 'ndjson', '--decimal-comma'], /--decimal-comma requires --format csv/],
  ] as const) {
    const { code, stderr } = await runImport(['-', '--database', database.url, ...options], '');
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
});

test('A workbook, and a header of one column, are errors that say what to do', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const path = await directory.write('book.csv', Buffer.from('504b030414000600', 'hex'));
  for (const options of [['--database', database.url], ['--preview']]) {
    const { code, stderr } = await runImport([path, ...options]);
    assert.equal(code, 1);
    assert.match(stderr, /book\.csv is an Excel workbook or a ZIP file; save it as CSV UTF-8/);
  }
  const { stderr } = await runImport(['-', '--database', database.url], 'userId|courseId\nann|Logic\n');
  assert.match(
    stderr,
    /column "userId\|courseId" is not a known field.* If it is several columns, add --delimiter\./,
  );
});

test('A message names a course and a session as the file does, and says what to do', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--database', database.url, '--derive-ids'];
  const [first, other] = ['70', '80'].map((averageScore) =>
    table(csvLine({ courseId: 'Logic', sessionId: 'attempt 7', averageScore })),
  );
  const missing = await runImport(target, first);
  assert.match(
    missing.stderr,
    /^line 2: courseId is "Logic"; it must be the id of an existing course; add --create-courses to create it$/m,
  );
  await runImport([...target, '--create-courses'], first);
  const conflict = await runImport(target, other);
  assert.match(
    conflict.stderr,
    /^line 2: sessionId is "attempt 7"; it must be new, .* add --on-conflict replace or skip$/m,
  );
});

test('A header that could lose a value is an error that names the columns', async () => {
  await using database = await createDatabase('sqlite');
  const map = ['--map', 'date=completedAt'];
  for (const [header, options, message] of [
    ['userId,date,date', map, /Two columns of the header have the name "date"; rename one of them/],
    [
      'userId,date,time,end',
      [...map, '--map', 'time=completedAt', '--map', 'end=completedAt'],
      /More than two columns of the header are the field completedAt/,
    ],
    ['userId,date', [...map, '--map', 'date='], /--map has "date" twice; remove one of them/],
    ['user\0Id', [], /The header has NUL characters; add --encoding utf-16le/],
  ] as const) {
    const { stderr } = await runImport(['-', '--database', database.url, ...options], `${header}\n`);
    assert.match(stderr, message);
  }
});

test('A null of NDJSON takes the default, but a null score is a value', async () => {
  await using database = await createDatabase('sqlite');
  const session = { userId, courseId, totalModulesStudied: null, averageScore: null, timeStudied: 1 };
  const defaults = { totalModulesStudied: '3', averageScore: '50', completedAt: '2026-11-20T10:00:00Z' };
  const options = Object.entries(defaults).flatMap(([field, value]) => ['--default', `${field}=${value}`]);
  const target = ['-', '--format', 'ndjson', '--database', database.url, '--create-courses'];
  const { code, stderr } = await runImport([...target, ...options], JSON.stringify(session));
  assert.equal(code, 0, stderr);
  await using stats = await openStats({ database: database.url });
  const [stored] = (await stats.listSessions({ userId, courseId })).items;
  assert.deepEqual([stored?.totalModulesStudied, stored?.averageScore], [3, null]);
});

test('A course whose name is taken is not created, and the message says so; a long name keeps its characters', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--database', database.url, '--derive-ids', '--create-courses'];
  await using stats = await openStats({ database: database.url });
  await stats.addCourse({ course: { courseId, name: 'Logic' } });
  const taken = await runImport(target, table(csvLine({ courseId: 'Logic' })));
  assert.match(
    taken.stderr,
    /courseId is "Logic"; it must be the id of an existing course; it was not created, because another course has its name; add --course-by-name$/m,
  );
  assert.doesNotMatch(taken.stderr, /Add --derive-ids/);
  const long = `${'x'.repeat(254)}😀`;
  const { code } = await runImport(target, table(csvLine({ courseId: long })));
  assert.equal(code, 0);
  const { items } = await stats.listCourses();
  assert.ok(items.every(({ name }) => name.isWellFormed()));
});
