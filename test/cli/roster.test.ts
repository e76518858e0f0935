import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { widthOf } from '../../src/cli/text-width.js';
import {
  addLearners,
  createClassroom,
  type Classroom,
  learnerId,
  type StudyPlan,
} from '../support/classroom.js';
import { cellsOf, parseCsv } from '../support/csv.js';

const MODULES = ['intro', 'logic', 'sets'];
const NOTE = 'Inactive: no session for 14 days, as of 2026-11-22T10:00:00.000Z.\n';

/** A learner of each status. */
const PLANS: readonly StudyPlan[] = [
  { enrolment: { displayName: 'Ann', groups: ['evening', '2026'] } },
  { enrolment: { displayName: '田中太郎' }, sessions: [['intro'], ['logic']], score: 66.6666 },
  { enrolment: { displayName: 'Zoe\u0308' }, sessions: [['intro']], daysAgo: 15, score: null },
  { sessions: [MODULES], daysAgo: 20 },
];

describe('`roster`', () => {
  let classroom: Classroom;
  before(async () => {
    classroom = await createClassroom();
  });
  after(() => classroom[Symbol.asyncDispose]());
  const run: Classroom['run'] = (...call) => classroom.run(...call);

  test('It lists learners in columns that fit the terminal, and states the rule of the status on stderr', async () => {
    const { courseId } = await classroom.stats.addCourse({ course: { name: 'Logic', moduleIds: MODULES } });
    await addLearners(classroom, courseId, PLANS);
    const roster = ['roster', '--course', courseId];

    const [ann, tanaka, zoe, unknown] = [0, 1, 2, 3].map(learnerId);
    const file = await run(roster);
    assert.deepEqual(file.stdout.split('\n'), [
      'Name      Learner                               Status       Progress  Score  Last session   Time  Sessions  Groups',
      `Ann       ${ann}  not-started       0 %      –  –                0s         0  2026; evening`,
      `田中太郎  ${tanaka}  active         66.6 %  66.67  2026-11-22    9m20s         2`,
      `Zoe\u0308       ${zoe}  inactive       33.3 %      –  2026-11-07    4m40s         1`,
      `–         ${unknown}  completed       100 %  80.00  2026-11-02    4m40s         1`,
      '',
    ]);
    assert.deepEqual([file.code, file.stderr], [0, NOTE]);

    const narrow = await run(roster, { terminal: true, columns: 80 });
    assert.deepEqual(narrow.stdout.split('\n').slice(0, 3), [
      'Name      Learner                               Status       Progress  Score',
      `Ann       ${ann}  not-started       0 %      –`,
      `田中太郎  ${tanaka}  active         66.6 %  66.67`,
    ]);
    const hidden = 'Last session, Time, Sessions, Done, Groups';
    assert.equal(narrow.stderr, `${NOTE}Not shown: ${hidden}. Use a wider terminal or --json.\n`);

    const wide = await run(roster, { terminal: true, columns: 120 });
    const lines = wide.stdout.trimEnd().split('\n');
    assert.ok(lines.every((line) => widthOf(line) <= 120));
    assert.match(lines[0] ?? '', / Sessions  Done$/);
    assert.deepEqual(
      lines.slice(2).map((line) => line.replace(/^.* {9}/, '')),
      ['2  ██████▊', '1  ███▍', '1  ██████████'],
    );

    const ascii = await run([...roster, '--ascii'], { terminal: true, columns: 120 });
    assert.match(ascii.stdout, /^Ann .* {6}-  - .* 0s {9}0$/m);
    assert.match(ascii.stdout, /2  #######$/m);
    assert.doesNotMatch(ascii.stdout.replaceAll(/田中太郎|\u0308/g, ''), /[^\n -~]/);
  });

  test('It filters, sorts and pages like the library, as JSON and as CSV', async () => {
    const { courseId } = await classroom.stats.addCourse({ course: { name: 'Filters', moduleIds: MODULES } });
    await addLearners(classroom, courseId, PLANS);
    const roster = ['roster', '--course', courseId];
    for (const [argv, query] of [
      [[], {}],
      [['--sort', 'progress', '--order', 'desc'], { sort: 'progress', order: 'desc' }],
      [['--status', 'inactive', '--inactive-after', '3'], { status: 'inactive', inactiveAfter: 3 }],
      [['--group', 'evening'], { group: 'evening' }],
      [['--search', 'zoe'], { search: 'zoe' }],
    ] as const) {
      const { items } = await classroom.stats.listLearners({ courseId, ...query });
      assert.ok(items.length > 0 && (argv.length === 0 || items.length < 4 || items[0]?.progress === 1));
      // Rows have no place for the rule of their statuses.
      const note = NOTE.replace('14', 'inactiveAfter' in query ? '3' : '14');
      const json = await run([...roster, ...argv, '--json']);
      assert.equal(json.stderr, note);
      assert.deepEqual(
        json.stdout
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
        items,
      );
      const csv = await run([...roster, ...argv, '--csv']);
      assert.equal(csv.stderr, note);
      assert.deepEqual(
        parseCsv(csv.stdout),
        items.map((item) => cellsOf(item)),
      );
    }

    const first = await run([...roster, '--json', '--limit', '3']);
    const cursor = /--cursor (\S+)\n$/.exec(first.stderr)?.[1] ?? '';
    const second = await run([...roster, '--json', '--limit', '3', '--cursor', cursor]);
    assert.equal(JSON.parse(second.stdout).userId, learnerId(3));
    assert.equal(second.stderr, NOTE);
  });

  test('`--user` shows one row as fields or JSON', async () => {
    const { courseId } = await classroom.stats.addCourse({ course: { name: 'No modules' } });
    await addLearners(classroom, courseId, PLANS);
    const roster = ['roster', '--course', courseId, '--user'];
    const { stdout } = await run([...roster, learnerId(2), '--inactive-after', '20']);
    assert.deepEqual(stdout.split('\n'), [
      'Name              Zoe\u0308',
      `Learner           ${learnerId(2)}`,
      'Groups            –',
      'Enrolled          2026-11-22T10:00:00.000Z',
      'Status            active',
      'Progress          –',
      'Sessions          1',
      'Modules studied   1',
      'Distinct modules  1',
      'Average score     –',
      'Time studied      4m40s',
      'First completed   2026-11-07T10:00:00.000Z',
      'Last completed    2026-11-07T10:00:00.000Z',
      'Inactive          no session for 20 days, as of 2026-11-22T10:00:00.000Z',
      '',
    ]);
    const json = await run([...roster, learnerId(0), '--json']);
    assert.deepEqual(
      JSON.parse(json.stdout),
      await classroom.stats.getLearner({ userId: learnerId(0), courseId }),
    );
    const missing = await run([...roster, learnerId(9)]);
    assert.deepEqual([missing.code, missing.stdout], [3, '']);
  });

  test('A name can neither control the terminal, nor move or cover its neighbours', async () => {
    const { courseId } = await classroom.stats.addCourse({ course: { name: 'Names' } });
    const marks = `a${'\u0301'.repeat(254)}`;
    const names = [
      '\u202egnp.exe',
      marks,
      '👩‍👩‍👧',
      'x'.repeat(255),
      '田'.repeat(255),
      '\u2066a\u2069',
      '\u200f',
    ];
    await addLearners(
      classroom,
      courseId,
      names.map((displayName) => ({ enrolment: { displayName, groups: ['\u202d', 'g'.repeat(64)] } })),
    );
    const { stdout } = await run(['roster', '--course', courseId], { terminal: true, columns: 80 });
    assert.doesNotMatch(stdout, /[^\P{C}\n\u200d]|\p{M}{5}/u);
    const rows = stdout.trimEnd().split('\n').slice(1);
    assert.deepEqual(
      rows.map((line) => line.split(/ +0{8}-/)[0]),
      [
        '\\u202egnp.e…',
        `a${'\u0301'.repeat(4)}`,
        '👩‍👩‍👧',
        'xxxxxxxxxxx…',
        '田田田田田…',
        '\\u2066a\\u20…',
        '\\u200f',
      ],
    );
    for (const line of rows) assert.equal(widthOf(line.split('00000000-')[0] ?? ''), 14, line);
  });

  test('A course without learners has only the heading, and every invalid value is named by its option', async () => {
    const { courseId } = classroom;
    const roster = ['roster', '--course', courseId];
    const { code, stdout } = await run(roster);
    assert.deepEqual(
      [code, stdout],
      [0, 'Name  Learner  Status  Progress  Score  Last session  Time  Sessions  Groups\n'],
    );
    const wrong = await run([
      ...roster,
      '--inactive-after',
      '0',
      '--group',
      ' ',
      '--search',
      'a\nb',
      '--limit',
      'x',
    ]);
    assert.equal(wrong.code, 2);
    for (const flag of ['--inactive-after', '--group', '--search', '--limit']) {
      assert.match(wrong.stderr, new RegExp(`${flag} is `));
    }
    assert.equal((await run(['roster', '--course', learnerId(0)])).code, 3);
  });
});
