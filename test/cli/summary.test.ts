import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { widthOf } from '../../src/cli/text-width.js';
import { addLearners, createClassroom, type Classroom, type StudyPlan } from '../support/classroom.js';

const RULE = 'Inactive: no session for 14 days, as of 2026-11-22T10:00:00.000Z.';

describe('`summary`', () => {
  let classroom: Classroom;
  before(async () => {
    classroom = await createClassroom();
  });
  after(() => classroom[Symbol.asyncDispose]());
  const run: Classroom['run'] = (...call) => classroom.run(...call);

  test('`summary` shows learners by status and progress, sums, quartiles and modules, and the rule', async () => {
    const { courseId } = await classroom.stats.addCourse({
      course: { name: 'Logic', moduleIds: ['intro', 'sets'] },
    });
    // 12 have not started, 9 are active, 6 are inactive and 3 have completed the course.
    const plans = Array.from({ length: 30 }, (_, number): StudyPlan => {
      const enrolment = { displayName: `Learner ${number}` };
      if (number < 12) return { enrolment };
      if (number < 21) return { enrolment, sessions: [['intro'], ['intro']], score: number };
      return number < 27
        ? { sessions: [['intro']], daysAgo: 20, score: number }
        : { sessions: [['intro', 'sets']], score: null };
    });
    await addLearners(classroom, courseId, plans);
    const summary = ['summary', '--course', courseId];

    const { code, stdout, stderr } = await run(summary, { terminal: true, columns: 80 });
    assert.deepEqual([code, stderr], [0, '']);
    const expected = `
Name             Logic
Course           ${courseId}
Modules          2
Learners         30, 21 enrolled
Sessions         27
Modules studied  30
Average score    17.88
Time studied     2h6m
First completed  2026-11-02T10:00:00.000Z
Last completed   2026-11-22T10:00:00.000Z

Status       Learners  Chart
not-started        12  ████████
active              9  ██████
inactive            6  ████
completed           3  ██

Progress from  Learners  Chart
          0 %        12  ██████▌
         10 %         0
         20 %         0
         30 %         0
         40 %         0
         50 %        15  ████████
         60 %         0
         70 %         0
         80 %         0
         90 %         3  █▋

Per learner      Min   25 %  Median   75 %    Max
Average score  12.00  15.00   19.00  23.00  26.00
Time studied   4m40s  4m40s   4m40s  9m20s  9m20s
Sessions           1      1       1      2      2

Module  Learners  Chart
intro         18  ████████
sets           3  █▍

${RULE}
`;
    assert.equal(`\n${stdout}`, expected);

    // A file has no bars, and `--ascii` needs no terminal.
    assert.equal((await run(summary)).stdout, expected.slice(1).replaceAll(/ +(Chart|[█-▏]+)$/gm, ''));
    const ascii = await run([...summary, '--ascii']);
    assert.doesNotMatch(ascii.stdout, /[^\n -~]/);
    assert.match(ascii.stdout, /^active {14}9 {2}#{18}$/m);
    const wide = await run(summary, { terminal: true, columns: 120 });
    assert.match(wide.stdout, /^active {14}9 {2}█{18}$/m);
    const json = await run([...summary, '--json', '--inactive-after', '30']);
    assert.deepEqual(
      JSON.parse(json.stdout),
      await classroom.stats.getSummary({ courseId, inactiveAfter: 30 }),
    );
    const wrong = await run([...summary, '--inactive-after', '366']);
    assert.match(wrong.stderr, /--inactive-after is 366; it must be an integer number of days from 1 to 365/);
    assert.equal(wrong.code, 2);
  });

  test('`summary` of a course without modules has no progress, and without learners dashes', async () => {
    const { courseId } = classroom;
    const summary = ['summary', '--course', courseId];
    const empty = await run(summary, { terminal: true, columns: 80 });
    assert.match(empty.stdout, /^Modules {10}–\nLearners {9}0, 0 enrolled$/m);
    assert.match(empty.stdout, /^Sessions {7}– {4}– {5}– {7}– {5}–\n\nInactive: /m);
    assert.doesNotMatch(empty.stdout, /Progress|█/);
    assert.equal(empty.stderr, '');

    const id = `m${'x'.repeat(127)}`;
    await addLearners(classroom, courseId, [{ sessions: [[id]] }]);
    const one = await run(summary, { terminal: true, columns: 80 });
    // An id is never cut: the other columns leave.
    assert.match(one.stdout, new RegExp(`^Module\n${id}$`, 'm'));
    assert.ok(one.stdout.split('\n').every((line) => widthOf(line) <= 80 || line === id));
    assert.equal(one.stderr, 'Not shown: Learners, Chart. Use a wider terminal or --json.\n');
    assert.equal((await run(['summary', '--course', crypto.randomUUID()])).code, 3);
  });
});
