import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { deriveId, exportEnrolments, openStats, type ExportedEnrolment } from '../../../src/core/index.js';
import { serve } from '../../../src/server/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase, DIALECTS } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { flat } from '../../support/exports.js';
import { newCourseId, newUserId } from '../../support/factories.js';
import { createFixture } from '../../support/fixture.js';
import { runImport } from '../../support/imports.js';

const ann = newUserId();
const bob = newUserId();

/** Imports a file of enrolments in a directory of its own. */
async function importText(name: string, text: string, ...argv: readonly string[]) {
  await using directory = await TestDirectory.create();
  const file = await directory.write(name, text);
  return runImport(['--enrolments', file, ...argv]);
}

/** The enrolments without their order, which depends on random ids. */
async function contentOf(database: string): Promise<readonly (readonly unknown[])[]> {
  const enrolments = await flat(exportEnrolments({ database }));
  return enrolments
    .map(({ userId, courseId, displayName, groups }) => [userId, courseId, displayName, groups])
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

for (const dialect of DIALECTS) {
  describe(`importing enrolments on ${dialect}`, () => {
    test('An import creates and replaces enrolments, and names each rejected line', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      await stats.enrolLearner({ userId: bob, courseId, enrolment: { displayName: 'Old', groups: ['x'] } });
      const missing = newCourseId();
      const text = `userId,courseId,displayName,groups
${ann},${courseId},"Ann, the first",2026;evening
${bob},${courseId},,
x,${courseId},Eve,
${ann},${missing},Ann,
${bob},${courseId},${'n'.repeat(256)},a
`;
      const { code, summary, stderr } = await importText('e.csv', text, '--database', database.url);
      assert.equal(code, 5, stderr);
      const { lines, created, replaced, invalid } = summary;
      assert.deepEqual([lines, created, replaced, invalid], [5, 1, 1, 3]);
      assert.match(stderr, /^line 4: userId is "x"; it must be a UUID/m);
      assert.match(
        stderr,
        new RegExp(`^line 5: courseId is "${missing}"; it must be the id of an existing`, 'm'),
      );
      assert.match(stderr, /^line 6: displayName is "n{60}…"; it must be text of 1 to 255/m);
      const expected = [
        [ann, courseId, 'Ann, the first', ['2026', 'evening']],
        [bob, courseId, null, []],
      ];
      assert.deepEqual(
        await contentOf(database.url),
        expected.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
      );
    });

    test('Through a server, an import has the same result', async () => {
      await using fixture = await createFixture(dialect);
      await using server = await serve(fixture.stats, { port: 0 });
      const row = { userId: ann, courseId: fixture.courseId, displayName: 'Ann', groups: ['b', 'a'] };
      const text = `${JSON.stringify(row)}\n${JSON.stringify({ ...row, groups: [], what: 1 })}\n`;
      const { code, summary, stderr } = await importText('e.ndjson', text, '--server', server.url);
      assert.equal(code, 5);
      assert.deepEqual([summary.created, summary.invalid], [1, 1]);
      assert.match(stderr, /^line 2: what is not a known field/m);
      assert.deepEqual(await contentOf(fixture.database.url), [[ann, fixture.courseId, 'Ann', ['a', 'b']]]);
    });

    test('Enrolments can be moved to another database: the export of both is the same', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const names = [null, 'Ann "A", Ö.', '=1+1', '-', 'NA', '[x]', ' é\u{1F600}'];
      const groups = [[], ['NA'], ['a, b'], ['[x]', 'a'], ['{y}'], ['5'], ['-'], ["'q'", '"']];
      for (const displayName of names) {
        for (const some of groups) {
          await stats.enrolLearner({
            userId: newUserId(),
            courseId,
            enrolment: { displayName, groups: some },
          });
        }
      }
      const before = await flat(exportEnrolments({ database: database.url }));
      assert.equal(before.length, names.length * groups.length);
      await using directory = await TestDirectory.create();
      for (const extension of ['csv', 'ndjson', 'csv.gz']) {
        const file = join(directory.path, `e.${extension}`);
        const exported = await runCli(['export', '--enrolments', file, '--database', database.url]);
        assert.equal(exported.stderr, 'Exported 56 enrolments.\n');
        await using copy = await createDatabase(dialect);
        await using into = await openStats({ database: copy.url });
        await into.addCourse({ course: { courseId, name: 'Algebra' } });
        const { code, stderr } = await runImport(['--enrolments', file, '--database', copy.url]);
        assert.equal(code, 0, stderr);
        assert.deepEqual(await flat(exportEnrolments({ database: copy.url })), before);
      }
    });
  });
}

test('A later line of a learner and course replaces an earlier one', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, database } = fixture;
  const rows = Array.from({ length: 300 }, (_, index) => `${ann},${courseId},Name ${index}`);
  const { code, summary } = await importText(
    'e.csv',
    `userId,courseId,displayName\n${rows.join('\n')}\n`,
    '--database',
    database.url,
  );
  assert.equal(code, 0);
  assert.deepEqual([summary.created, summary.replaced], [1, 299]);
  assert.deepEqual(await contentOf(database.url), [[ann, courseId, 'Name 299', []]]);
});

test('An import derives ids, maps columns and creates courses, and writes the ids and the rejected lines', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const file = await directory.write(
    'e.csv',
    'Mail;Class;Groups;Note\nann@x.org;Logic;A, B;1\nbob@x.org;Logic;C;2\n',
  );
  const [ids, rejects] = ['ids.csv', 'rejects.ndjson'].map((name) => join(directory.path, name));
  assert.ok(ids !== undefined && rejects !== undefined);
  const maps = ['Mail=userId', 'Class=courseId', 'Groups=groups', 'Note='].flatMap((map) => ['--map', map]);
  const argv = [
    '--enrolments',
    file,
    ...maps,
    '--derive-ids',
    '--create-courses',
    '--database',
    database.url,
  ];
  const { code, summary, stderr } = await runImport([...argv, '--ids', ids, '--rejects', rejects]);
  assert.equal(code, 5, stderr);
  assert.match(stderr, /^line 2: groups is "A, B"; it must be groups joined by ;/m);
  assert.deepEqual([summary.created, summary.invalid, summary.coursesCreated], [1, 1, 1]);
  const userId = deriveId('bob@x.org');
  assert.deepEqual(await contentOf(database.url), [[userId, deriveId('Logic'), null, ['C']]]);
  assert.match(await readFile(ids, 'utf8'), new RegExp(`^user,bob@x.org,${userId}$`, 'm'));

  const repaired = (await readFile(rejects, 'utf8')).replace('"A, B"', '["A","B"]');
  const again = await importText('r.ndjson', repaired, '--derive-ids', '--database', database.url);
  assert.equal(again.code, 0, again.stderr);
  const imported: readonly ExportedEnrolment[] = await flat(exportEnrolments({ database: database.url }));
  assert.deepEqual(imported.find((each) => each.userId !== userId)?.groups, ['A', 'B']);
});

test('Options that cannot work with `--enrolments` are usage errors', async () => {
  const enrolments = ['--enrolments', 'e.csv'];
  const imports = [
    ['s.csv', ...enrolments],
    ['--preview'],
    ['--dry-run'],
    ['--new-ids'],
    ['--on-conflict', 'skip'],
    ['--completed-at', 'now'],
    ['--time-unit', 's'],
    ['--format', 'xapi'],
    ['--from-legacy', 'postgres://x'],
  ];
  for (const argv of imports) {
    const { code, stderr } = await runCli(['import', ...new Set([...argv, ...enrolments])]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--enrolments/);
  }
  for (const argv of [['s.csv'], ['--from', '2026-01-01T00:00:00Z']]) {
    const { code, stderr } = await runCli(['export', ...argv, ...enrolments, '--database', 'sqlite:x.db']);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--enrolments/);
  }
});
