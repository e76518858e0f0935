import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BIN, runCommand } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';
import { assertRollups } from '../../support/rollups.js';

const COURSE = '7384c218-7413-5439-8a53-127d6e177480';
const GOOD = 1_300;
const MEGABYTE = 1024 * 1024;

const BROKEN: readonly (readonly [line: string | Buffer, message: RegExp])[] = [
  [csvLine().split(',').slice(0, 7).join(','), /has 7 fields; it must have 8, as the header$/],
  [
    csvLine({ timeStudied: '28 x' }),
    /: timeStudied is "28 x"; it must be an integer number of milliseconds from 0 to 1,000,000,000$/,
  ],
  [csvLine({ averageScore: 'n/a' }), /: averageScore is "n\/a"; it must be a number/],
  [csvLine({ userId: '7c7b7d42' }), /: userId is "7c7b7d42"; it must be a UUID/],
  [
    Buffer.concat([Buffer.from(csvLine()), Buffer.from([0xff])]),
    /: must be UTF-8; for another encoding add --encoding, such as windows-1252$/,
  ],
  [csvLine({ moduleIds: '"m-1' }), /: has an unclosed quote/],
  [csvLine({ moduleIds: 'm'.repeat(2 * MEGABYTE) }), /: must be at most 1 MiB long$/],
  // Less than 1 Mi characters, but more than 1 MiB.
  [csvLine({ moduleIds: 'é'.repeat(MEGABYTE / 2) }), /: must be at most 1 MiB long$/],
  [
    csvLine({ totalModulesStudied: '3.5', completedAt: 'yesterday' }),
    /: completedAt is "yesterday"; it must be a time such as .*\. totalModulesStudied is 3\.5; it must /,
  ],
  [csvLine({ averageScore: '1e400' }), /: averageScore is Infinity; it must be a number/],
  [csvLine({ moduleIds: 'm 1' }), /: moduleIds\.0 is "m 1"; it must be 1 to 128 visible/],
  [`${csvLine()},`, /has 9 fields; it must have 8, as the header$/],
  [csvLine({ sessionId: 'Null' }), /: sessionId is "Null"; it must be an id, not a word/],
];

test('An import names broken lines, records all others and accepts the repaired rejects', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const lines: Buffer[] = [Buffer.from(HEADER)];
  const numbers: number[] = [];
  for (let index = 0; index < GOOD; index += 1) {
    const [broken] = BROKEN[index / 100] ?? [];
    if (broken !== undefined) numbers.push(lines.push(Buffer.from(broken)));
    lines.push(Buffer.from(csvLine()));
  }
  const text = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
  const path = await directory.write('sessions.csv', text);
  const target = ['--database', database.url, '--create-courses'];
  const rejects = `${directory.path}/rejects.ndjson`;

  const first = await runImport([path, ...target, '--rejects', rejects]);
  assert.equal(first.code, 5, first.stderr);
  assert.deepEqual([first.summary.created, first.summary.invalid], [GOOD, BROKEN.length]);
  const messages = first.stderr.split('\n').filter((line) => line.startsWith('line '));
  assert.equal(messages.length, 10);
  for (const [index, line] of messages.entries()) {
    assert.ok(line.startsWith(`line ${numbers[index]}: `), line);
    assert.match(line, BROKEN[index]?.[1] ?? /never/);
  }
  assert.match(first.stderr, /^stats-service: 13 rejected; only the first 10 lines are printed above\./m);

  const rejected = (await directory.read('rejects.ndjson')).trimEnd().split('\n');
  const documents = rejected.map((line): { line: number; values?: object; text?: string } =>
    JSON.parse(line),
  );
  assert.deepEqual(
    documents.map(({ line }) => line),
    numbers,
  );
  assert.ok(rejected.join('').length < MEGABYTE, 'a line that is too long is not truncated');

  const repaired = documents.map(({ values, ...rest }) => {
    const fresh = Object.fromEntries(
      csvLine()
        .split(',')
        .map((cell, index) => [HEADER.split(',')[index], cell]),
    );
    const content = { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000, moduleIds: ['m-1'] };
    return JSON.stringify({
      ...rest,
      values: {
        ...fresh,
        ...values,
        ...content,
        userId: fresh['userId'],
        sessionId: fresh['sessionId'],
        completedAt: fresh['completedAt'],
      },
    });
  });
  const again = await runImport([await directory.write('repaired.ndjson', repaired.join('\n')), ...target]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(again.summary.created, BROKEN.length);
  await assertRollups(database.url);
});

test('An import reports a missing session id together with all other faults of the line', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const nameless = { sessionId: '', completedAt: '' };
  const lines = [csvLine(nameless), csvLine({ ...nameless, userId: '7c7b7d42', timeStudied: '28 x' })];
  const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
  const { code, stderr } = await runImport([path, '--database', database.url]);
  assert.equal(code, 5);
  assert.match(
    stderr,
    /^line 2: sessionId is required if completedAt is missing; add one of them, or use --new-ids [^;]*$/m,
  );
  const faults = /^line 3: (.*)$/m.exec(stderr)?.[1]?.split('. ') ?? [];
  assert.deepEqual(
    faults.map((fault) => fault.split(' ').slice(0, 3).join(' ')),
    ['sessionId is required', 'userId is "7c7b7d42";', 'timeStudied is "28'],
  );
});

test('An import rejects hostile NDJSON documents like any other invalid line', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const lines = [
    `{"userId":${deep}}`,
    `{"__proto__":{"userId":"x"},"sessionId":"y"}`,
    `{"constructor":1,"sessionId":"y"}`,
    `{"line":1,"faults":[],"values":[]}`,
    '\0',
    deep,
  ];
  const path = await directory.write('hostile.ndjson', lines.join('\n'));
  const rejects = `${directory.path}/rejects.ndjson`;
  const { code, summary, stderr } = await runImport([path, '--rejects', rejects, '--database', database.url]);
  assert.deepEqual([code, summary.invalid], [5, lines.length], stderr);
  assert.match(stderr, /^line 2: .*__proto__ is not a known field/m);
  assert.match(stderr, /^line 6: must be a JSON object; put each object of the list on its own line$/m);
  assert.equal((await directory.read('rejects.ndjson')).trimEnd().split('\n').length, lines.length);
});

test('An import reports an unusable file or option in one line', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url, '--create-courses'];
  const sessions = await directory.write('sessions.ndjson', 'not JSON\n');
  for (const [argv, code, message] of [
    [
      [`${directory.path}/none.csv`],
      1,
      /^stats-service: \S+none\.csv cannot be read\. \(\S+none\.csv does not exist; check the path\)$/,
    ],
    [[await directory.write('empty.csv', '')], 1, /^stats-service: The file is empty; CSV must begin with/],
    [[await directory.write('blank.csv', '\uFEFF\r\n\n')], 1, /The file is empty/],
    [[directory.path, '--format', 'csv'], 1, /is a directory; name a file in it\.$/],
    [[await directory.write('cut.csv.gz', Buffer.from([0x1f, 0x8b, 8, 0]))], 1, /cannot be gunzipped/],
    [
      [await directory.write('sessions.txt', '')],
      2,
      /\S+ has an unknown extension; rename it .* add --format \(csv/,
    ],
    [
      [await directory.write('latin.csv', Buffer.from([0x75, 0xe9, 0x0a]))],
      1,
      /The header must be UTF-8; for another encoding add --encoding, such as windows-1252\.$/,
    ],
    [[sessions, '--rejects', sessions], 2, /--rejects \S+ would overwrite the imported file/],
    [[sessions, '--rejects', '-'], 2, /--rejects cannot be stdout/],
    [['--courses', sessions], 2, /--create-courses has no effect without a file of sessions/],
    [
      [sessions, '--rejects', `${directory.path}/none/rejects`],
      1,
      /rejects cannot be written\. \(\S+ does not exist; check the path\)$/,
    ],
    [[], 2, /import needs a source; name a file/],
    [[sessions, '--course', COURSE], 2, /--course requires --format xapi$/],
    [[sessions, '--format', 'xapi', '--map', 'a=userId'], 2, /--map cannot be used with --format xapi/],
    [
      ['--from-legacy', 'postgres://127.0.0.1:1/', '--map', 'a=userId'],
      2,
      /--map has no effect without a file of sessions/,
    ],
    [['--courses', sessions, '--format', 'csv'], 2, /--format has no effect without a file of sessions/],
    [['--courses', sessions, '--course', COURSE], 2, /--course has no effect without a file of sessions/],
    [[sessions, '--map', 'a=b'], 2, /the field of --map "a=…" is "b"; it must be one of userId, courseId/],
  ] as const) {
    const finished = await runImport([...argv, ...target]);
    const lines = finished.stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !/^(Stopped|line )/.test(line));
    assert.match(lines.at(-1) ?? '', message);
    assert.equal(lines.length, 1, finished.stderr);
    assert.equal(finished.code, code, message.source);
  }
  assert.equal(await directory.read('sessions.ndjson'), 'not JSON\n');
  // A shell redirects the rejects file to stdin.
  const command = `"$0" "$1" import - --format ndjson --rejects '${sessions}' "$2" "$3" < '${sessions}'`;
  const argv = [process.execPath, BIN, ...target.slice(0, 2)];
  const overwriting = await runCommand(['sh', '-c', command, ...argv]);
  assert.equal(overwriting.code, 2, overwriting.stderr);
  assert.equal(await directory.read('sessions.ndjson'), 'not JSON\n');
  const empty = await runImport([await directory.write('empty.ndjson', ''), ...target]);
  assert.deepEqual([empty.code, empty.summary.lines], [0, 0]);
});
