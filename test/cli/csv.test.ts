import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { cellsOf, HOSTILE_NAMES, parseCsv } from '../support/csv.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

/** The cells of texts that a spreadsheet would calculate. */
const NEUTRALIZED: Readonly<Record<string, string>> = {
  '=HYPERLINK("http://example.com";"x")': `'=HYPERLINK("http://example.com";"x")`,
  '+1': "'+1",
  '-1,5': "'-1,5",
  '@SUM(1)': "'@SUM(1)",
  '＝1＋1': "'＝1＋1",
  'x;=1': "x;'=1",
  'x\t=1': "x\t'=1",
  'x\n@1': "x\n'@1",
  // Module ids.
  '"': '"',
  '";=1;a,b': `";'=1;a,b`,
};
const neutralize = (text: string) => NEUTRALIZED[text] ?? text;

for (const dialect of DIALECTS) {
  test(`\`--csv\` on ${dialect} prints the rows and numbers of the JSON, with text that no spreadsheet calculates`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, courseId, database } = fixture;
    const userId = newUserId();
    const moduleIds = ['"', '=1', 'a,b'];
    for (const name of HOSTILE_NAMES) {
      const course = await stats.addCourse({ course: { name, moduleIds } });
      const session = sessionContent({ moduleIds: ['"'] });
      await stats.recordSession({ userId, courseId: course.courseId, session });
    }
    for (const averageScore of [100, 0, 0, null]) {
      const session = sessionContent({ averageScore, moduleIds, completedAt: '2026-10-20T10:00:00Z' });
      await stats.recordSession({ userId, courseId, session });
    }
    const learner = ['--user', userId, '--course', courseId];
    const { items: courses } = await stats.listCourses();
    const lists: [command: string[], items: readonly object[]][] = [
      [['course', 'list'], courses],
      [['stats', '--user', userId], (await stats.listStudiedCourses({ userId })).items],
      [['sessions', ...learner], (await stats.listSessions({ userId, courseId })).items],
      [['history', ...learner], (await stats.getHistory({ userId, courseId })).items],
    ];
    for (const [command, items] of lists) {
      const argv = [...command, '--csv', '--database', database.url];
      const { code, stdout, stderr } = await runCli(argv, { terminal: true, columns: 20 });
      assert.deepEqual([code, stderr], [0, '']);
      assert.equal(stdout.split('\n', 1)[0], `\ufeff${Object.keys(items[0] ?? {}).join(',')}`);
      const rows = parseCsv(stdout);
      assert.ok(rows.length > 0);
      assert.deepEqual(
        rows,
        items.map((item) => cellsOf(item, neutralize)),
      );
    }
    const changed = courses.filter(({ name }) => neutralize(name) !== name);
    assert.equal(changed.length, 8);
  });
}

test('`--csv --limit` prints one page, and the header again on the next page', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId } = await fixture.stats.addCourse({ course: { name: 'Logic', moduleIds: ['a', 'b'] } });
  const list = ['course', 'list', '--csv', '--limit', '1', '--database', fixture.database.url];
  const first = await runCli(list);
  const cursor = /--cursor (\S+)\n$/.exec(first.stderr)?.[1];
  assert.ok(cursor);
  const second = await runCli([...list, '--cursor', cursor]);
  assert.equal(second.stderr, '');
  assert.equal(first.stdout.split('\n')[0], second.stdout.split('\n')[0]);
  // Quoted for spreadsheets that also separate cells at semicolons.
  const lines = second.stdout.split('\n');
  assert.match(lines[1] ?? '', new RegExp(`^${courseId},Logic,"a;b",`));
  assert.equal(lines.length, 3);
});
