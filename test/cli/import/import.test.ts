import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { toImportLine } from '../../../src/cli/import/line.js';
import { openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase, DIALECTS } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { sessionContent } from '../../support/factories.js';
import { createService } from '../../support/http-service.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

const learner = {
  userId: toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81'),
  courseId: toCourseId('7384c218-7413-5439-8a53-127d6e177480'),
};
const COURSES = JSON.stringify([{ courseId: learner.courseId, name: 'Geometry', moduleIds: ['m-1', 'm-2'] }]);
const SESSION = '2d2c7962-2120-536a-aa9a-b2458eb413b9';
const file = (...lines: readonly string[]) => `${[HEADER, ...lines].join('\n')}\n`;
const counts = {
  lines: 2,
  created: 0,
  replayed: 0,
  repeated: 0,
  conflict: 0,
  invalid: 0,
  coursesCreated: 0,
  coursesExisting: 0,
  coursesRejected: 0,
  undeclaredModules: 0,
};

function idAt(completedAt: string): unknown {
  const values = { ...learner, ...sessionContent(), completedAt };
  return toImportLine({ line: 1, size: 0, values }, { newIds: false }).session['sessionId'];
}

async function statsOf(url: string) {
  await using stats = await openStats({ database: url });
  return stats.getStats(learner);
}

for (const dialect of DIALECTS) {
  describe(`import on ${dialect}`, () => {
    test('A repeated import records each line exactly once', async () => {
      await using database = await createDatabase(dialect);
      await using directory = await TestDirectory.create();
      const courses = await directory.write('courses.json', COURSES);
      const path = await directory.write('sessions.csv', file(csvLine(), csvLine()));
      const target = ['--database', database.url];

      const first = await runImport([path, '--courses', courses, ...target]);
      assert.equal(first.code, 0, first.stderr);
      assert.deepEqual(first.summary, { ...counts, created: 2, coursesCreated: 1 });
      const stats = await statsOf(database.url);
      assert.equal(stats.sessionCount, 2);
      assert.equal(stats.totalModulesStudied, 12);
      assert.equal(stats.averageScore, 68.4);
      assert.equal(stats.progress, 1);

      const second = await runImport([path, '--courses', courses, ...target]);
      assert.equal(second.code, 0);
      assert.deepEqual(second.summary, { ...counts, replayed: 2, coursesExisting: 1 });
      assert.deepEqual(await statsOf(database.url), stats);
    });

    test('An import through a server creates, replays and rejects sessions', async () => {
      await using service = await createService(dialect);
      await using directory = await TestDirectory.create();
      const courses = await directory.write('lines.json', JSON.stringify(JSON.parse(COURSES)[0]));
      const same = csvLine();
      const path = await directory.write('sessions.csv', file(same, csvLine({ averageScore: '-1' }), same));
      const { code, summary } = await runImport([path, '--courses', courses, '--server', service.url]);
      assert.equal(code, 5);
      assert.deepEqual(summary, {
        ...counts,
        lines: 3,
        created: 1,
        replayed: 1,
        invalid: 1,
        coursesCreated: 1,
      });
      assert.equal((await service.stats.getStats(learner)).sessionCount, 1);
    });

    test('`import --on-conflict` decides if a conflict is an error, skipped or replaced', async () => {
      await using database = await createDatabase(dialect);
      await using directory = await TestDirectory.create();
      const target = ['--database', database.url, '--create-courses'];
      await runImport([await directory.write('a.csv', file(csvLine({ sessionId: SESSION }))), ...target]);
      const other = await directory.write('b.csv', file(csvLine({ sessionId: SESSION, averageScore: '70' })));
      const before = await statsOf(database.url);
      const only = { ...counts, lines: 1 };

      const failed = await runImport([other, ...target]);
      assert.deepEqual([failed.code, failed.summary], [5, { ...only, conflict: 1 }]);
      assert.match(failed.stderr, /^line 2: sessionId is .*; it must be /m);
      const skipped = await runImport([other, ...target, '--on-conflict', 'skip']);
      assert.deepEqual([skipped.code, skipped.summary], [0, { ...only, conflict: 1 }]);
      const dry = await runImport([other, ...target, '--on-conflict', 'replace', '--dry-run']);
      assert.deepEqual([dry.code, dry.summary], [0, { ...only, replaced: 1 }]);
      assert.deepEqual(await statsOf(database.url), before);
      const replaced = await runImport([other, ...target, '--on-conflict', 'replace']);
      assert.deepEqual([replaced.code, replaced.summary], [0, { ...only, replaced: 1 }]);
      assert.equal((await statsOf(database.url)).averageScore, 70);
    });

    test('An import applies the lines of one session in their order', async () => {
      await using database = await createDatabase(dialect);
      await using directory = await TestDirectory.create();
      // More lines than a chunk has.
      const lines = Array.from({ length: 100 }, (_, index) =>
        csvLine({ sessionId: SESSION, averageScore: String(index) }),
      );
      const path = await directory.write('sessions.csv', file(...lines));
      const target = ['--database', database.url, '--create-courses', '--on-conflict', 'replace'];
      const { summary } = await runImport([path, ...target]);
      assert.deepEqual(summary, { ...counts, lines: 100, created: 1, replaced: 99, coursesCreated: 1 });
      assert.equal((await statsOf(database.url)).averageScore, 99);
    });

    test('`import --dry-run` checks the lines and records nothing', async () => {
      await using database = await createDatabase(dialect);
      await using directory = await TestDirectory.create();
      await runCli(['migrate', '--database', database.url]);
      const path = await directory.write('sessions.csv', file(csvLine(), csvLine({ timeStudied: 'long' })));
      const target = [path, '--database', database.url, '--dry-run'];
      const unknown = await runImport(target);
      assert.deepEqual([unknown.code, unknown.summary], [5, { ...counts, invalid: 2 }]);
      const { code, summary } = await runImport([...target, '--create-courses']);
      assert.deepEqual([code, summary], [5, { ...counts, created: 1, invalid: 1 }]);
      const { stdout } = await runCli(['course', 'list', '--json', '--database', database.url]);
      assert.equal(stdout, '');
    });
  });
}

test('A session without an id gets a derived id, or a new one with `--new-ids`, or is rejected', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url, '--create-courses'];
  const timed = csvLine({ sessionId: '' });
  const untimed = csvLine({ sessionId: '', completedAt: '' });
  const sameTime = csvLine({
    userId: learner.userId.toUpperCase(),
    sessionId: '',
    completedAt: '2026-11-20T11:00:00.000+01:00',
  });
  const finer = csvLine({ sessionId: '', completedAt: '2026-11-20t10:00:00.000000001z' });
  const path = await directory.write('sessions.csv', file(timed, sameTime, finer, untimed));
  const only = { ...counts, lines: 4 };
  const first = await runImport([path, ...target]);
  assert.deepEqual(
    [first.code, first.summary],
    [5, { ...only, created: 1, repeated: 2, invalid: 1, coursesCreated: 1 }],
  );
  assert.match(first.stderr, /^line 5: sessionId is required if completedAt is missing.*--new-ids/m);
  const again = await runImport([path, ...target]);
  assert.deepEqual(again.summary, { ...only, replayed: 3, invalid: 1 });
  const asNew = await directory.write('new.csv', file(untimed, untimed));
  const taken = await runImport([asNew, ...target, '--new-ids']);
  assert.deepEqual([taken.code, taken.summary], [0, { ...counts, created: 2 }]);
  assert.equal((await statsOf(database.url)).sessionCount, 3);
});

test('An import reads renamed columns in any order, gzip, a byte order mark and CRLF', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const rows = [
    'score,"the learner",courseId,id,modules,timeStudied,note',
    `68.4,${learner.userId},${learner.courseId},${SESSION},6,280000,"said ""so"", twice"`,
  ];
  const packed = gzipSync(`\uFEFF${rows.join('\r\n')}\r\n`);
  const path = await directory.write('theirs.csv.gz', packed);
  const maps = [
    'score=averageScore',
    'the learner=userId',
    'id=sessionId',
    'modules=totalModulesStudied',
    'note=',
  ];
  const target = ['--database', database.url, '--create-courses'];
  const { code, summary, stderr } = await runImport([
    path,
    ...target,
    '--completed-at',
    'now',
    ...maps.flatMap((map) => ['--map', map]),
  ]);
  assert.deepEqual([code, summary], [0, { ...counts, lines: 1, created: 1, coursesCreated: 1 }], stderr);
  assert.equal((await statsOf(database.url)).averageScore, 68.4);
});

test('`--map "="` drops a column without a name', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url, '--create-courses'];
  const unnamed = await directory.write('unnamed.csv', `${HEADER},\n${csvLine()},\n`);
  assert.match((await runImport([unnamed, ...target])).stderr, /--map "=" to ignore it/);
  assert.equal((await runImport([unnamed, ...target, '--map', '='])).summary.created, 1);
});

test('An import rejects a document that has a field twice after `--map`', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const document = { ...learner, sessionId: SESSION, ...sessionContent(), score: 9 };
  const twice = await directory.write('twice.ndjson', JSON.stringify(document));
  const target = ['--database', database.url, '--create-courses'];
  const { code, summary, stderr } = await runImport([twice, ...target, '--map', 'score=averageScore']);
  assert.deepEqual([code, summary.invalid], [5, 1]);
  assert.match(stderr, /line 1: has averageScore twice/);
});

test('`import --courses` accepts a JSON list after more blank lines than one read returns', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const courses = JSON.stringify([{ courseId: SESSION, name: 'Logic' }]);
  const list = await directory.write('courses.json', `${'\n'.repeat(100_000)}${courses}`);
  const { code, summary, stderr } = await runImport(['--courses', list, '--database', database.url]);
  assert.deepEqual([code, summary.coursesCreated], [0, 1], stderr);
});

test('An import that cannot create a course rejects only the lines of that course', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url];
  await runCli(['course', 'add', '--name', SESSION, ...target]);
  const path = await directory.write(
    'sessions.csv',
    file(csvLine(), csvLine({ courseId: SESSION }), csvLine()),
  );
  const { code, summary, stderr } = await runImport([path, ...target, '--create-courses']);
  assert.deepEqual(
    [code, summary],
    [5, { ...counts, lines: 3, created: 2, invalid: 1, coursesCreated: 1 }],
    stderr,
  );
  assert.match(stderr, /line 3: courseId is .*; it must be /);
});

test('An import with an invalid header exits with code 1 and reads no lines', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url, '--create-courses'];
  for (const [header, message, ...options] of [
    [
      `${HEADER},mood`,
      /^stats-service: The header's column "mood" is not a known field; the fields are userId, .* Add --map "mood=FIELD"/m,
    ],
    [
      `${HEADER},userId`,
      /^stats-service: Two columns of the header have the name "userId"; rename one of them in the file\.$/m,
    ],
    ['"userId,courseId', /^stats-service: The header has an unclosed quote/m],
    ['{"userId":', /^stats-service: The file is JSON, not CSV; add --format ndjson\.$/m],
    [
      HEADER,
      /^stats-service: The header has no column "mood", which --map names; correct or remove that --map\.$/m,
      '--map',
      'mood=',
    ],
  ] as const) {
    const path = await directory.write('sessions.csv', `${header}\n${csvLine()},x\n`);
    const { code, stderr, summary } = await runImport([path, ...target, ...options]);
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /Stopped/);
    assert.deepEqual(summary, {});
  }
});

test('`import --courses` creates the valid courses of a CSV file and names the invalid lines', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const other = crypto.randomUUID();
  const rows = ['courseId,name,moduleIds', `${learner.courseId},Algebra,m-1;m-2`, `${other},,`, 'x,Logic,'];
  const courses = await directory.write('courses.csv', rows.join('\n'));
  const target = ['--courses', courses, '--database', database.url];
  const { code, stderr, summary } = await runImport(target);
  assert.deepEqual([code, summary.coursesCreated, summary.coursesRejected], [5, 1, 2]);
  assert.match(stderr, /courses\.csv, line 3: name is required and must be text of 1 to 255/);
  assert.doesNotMatch(stderr, /--rejects/);
  assert.match(stderr, /courses\.csv, line 4: courseId is .*; it must be a UUID/);
  const listed = await runCli(['course', 'list', '--json', '--database', database.url]);
  assert.deepEqual(JSON.parse(listed.stdout).moduleIds, ['m-1', 'm-2']);
});

test('`import --courses` names a file without courses, and each invalid document by number', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url];
  const sessions = await directory.write('courses.csv', file(csvLine()));
  const { code, stderr } = await runImport(['--courses', sessions, ...target]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /courses\.csv is not a readable file of courses.* "userId", "sessionId", .* are not known fields; the fields are courseId, name, moduleIds\./,
  );
  const list = await directory.write('courses.json', JSON.stringify([{ courseId: SESSION }, 7], null, 2));
  const listed = await runImport(['--courses', list, ...target]);
  assert.match(listed.stderr, /courses\.json, document 1: name is required/);
  assert.match(listed.stderr, /courses\.json, document 2: must be a JSON object/);
});

test('An import with a missing courses file exits with code 1 and creates no database', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const path = await directory.write('sessions.csv', file(csvLine()));
  const argv = [path, '--courses', `${directory.path}/none`, '--create-courses', '--database', database.url];
  const { code, stderr } = await runImport(argv);
  assert.deepEqual([code, /none cannot be read\./.test(stderr)], [1, true], stderr);
  const listed = await runCli(['course', 'list', '--database', database.url]);
  assert.equal(listed.code, 3, listed.stdout);
});

test('The derived session id of a future time does not depend on its UTC offset', () => {
  assert.equal(idAt('2999-01-01T01:00:00+01:00'), idAt('2999-01-01T00:00:00Z'));
});

test('A session without a score has an empty cell in CSV, null in JSON and a dash in a table', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url];
  const line = csvLine({ sessionId: SESSION, averageScore: '', completedAt: '2026-11-20T10:00:00.000Z' });
  const path = await directory.write('sessions.csv', file(line));
  const { code, stderr } = await runImport([path, ...target, '--create-courses']);
  assert.equal(code, 0, stderr);
  assert.equal((await runCli(['export', ...target])).stdout, file(line));
  const exported = await runCli(['export', '--format', 'ndjson', ...target]);
  assert.equal(JSON.parse(exported.stdout).averageScore, null);
  const again = await directory.write('sessions.ndjson', exported.stdout);
  assert.equal((await runImport([again, ...target])).summary.replayed, 1);
  const key = ['--user', learner.userId, '--course', learner.courseId];
  assert.match((await runCli(['sessions', ...key, ...target])).stdout, / {2}– {2}/);
  const recorded = await runCli([
    'record',
    ...key,
    '--modules',
    '1',
    '--score',
    'null',
    '--time',
    '1m',
    '--json',
    ...target,
  ]);
  assert.equal(JSON.parse(recorded.stdout).averageScore, null);
});
