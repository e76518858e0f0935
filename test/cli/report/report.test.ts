import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { collectReport } from '../../../src/cli/report/collect.js';
import { TimeZone } from '../../../src/cli/local-time.js';
import { findCompletions } from '../../../src/cli/report/completions.js';
import { readWeek } from '../../../src/cli/report/week.js';
import type { CourseId } from '../../../src/core/index.js';
import { addLearners, createClassroom, learnerId, type Classroom } from '../../support/classroom.js';
import { sessionContent } from '../../support/factories.js';

/** The stopped clock is in this week, on its Sunday. */
const WEEK = '2026-W47';

describe('`report`', () => {
  let classroom: Classroom;
  before(async () => {
    classroom = await createClassroom();
  });
  after(() => classroom[Symbol.asyncDispose]());
  const run: Classroom['run'] = (...call) => classroom.run(...call);

  /** Records sessions by learner: the completion time and the modules of each. */
  async function study(courseId: CourseId, sessions: readonly (readonly [number, string, string])[]) {
    for (const [number, completedAt, modules] of sessions) {
      const moduleIds = modules === '' ? [] : modules.split(' ');
      const session = sessionContent({ completedAt, moduleIds });
      await classroom.stats.recordSession({ userId: learnerId(number), courseId, session });
    }
  }

  async function collect(courseId: CourseId, name: string, inactiveAfter = 14) {
    const { stats } = classroom;
    const summary = await stats.getSummary({ courseId, inactiveAfter });
    const week = readWeek(name, new TimeZone('UTC'), summary.asOf);
    return collectReport(stats, { week, timeZone: 'UTC', summary });
  }

  test('It lists who became inactive in the week, both bounds of which are exact', async () => {
    const { courseId } = await classroom.stats.addCourse({ course: { name: 'Inactive', moduleIds: ['a'] } });
    // The week is 2026-11-09 to 2026-11-15; 14 days before it, learners studied last.
    await study(courseId, [
      [0, '2026-10-25T23:59:59.999Z', ''],
      [1, '2026-10-26T00:00:00.000Z', ''],
      [2, '2026-11-01T23:59:59.999Z', ''],
      [3, '2026-11-02T00:00:00.000Z', ''],
      // Has studied since.
      [4, '2026-10-28T00:00:00.000Z', ''],
      [4, '2026-11-20T00:00:00.000Z', ''],
      // Has completed the course.
      [5, '2026-10-28T00:00:00.000Z', 'a'],
    ]);
    const idsOf = async (week: string, inactiveAfter?: number) => {
      const { becameInactive } = await collect(courseId, week, inactiveAfter);
      assert.equal(becameInactive.total, becameInactive.items.length);
      return becameInactive.items.map(({ userId }) => userId);
    };
    assert.deepEqual(await idsOf('2026-W46'), [2, 1].map(learnerId));
    assert.deepEqual(await idsOf('2026-W45'), [0].map(learnerId));
    // The week is not over.
    assert.deepEqual(await idsOf(WEEK), [3].map(learnerId));
    assert.deepEqual(await idsOf(WEEK, 1), [4].map(learnerId));
    // Learner 2 will become inactive in the rest of the week.
    assert.deepEqual(await idsOf(WEEK, 21), [1].map(learnerId));
  });

  test('It lists who completed in the week: the first session after which all modules had been studied', async () => {
    const moduleIds = ['a', 'b', 'c'];
    const { courseId } = await classroom.stats.addCourse({ course: { name: 'Completed', moduleIds } });
    await study(courseId, [
      // Completed by the first session of the week, and studies on.
      [0, '2026-11-08T23:59:59.999Z', 'a b x'],
      [0, '2026-11-09T00:00:00.000Z', 'c'],
      [0, '2026-11-10T00:00:00.000Z', 'a b c'],
      // Completed before the week.
      [1, '2026-11-08T23:59:59.999Z', 'a b c'],
      [1, '2026-11-10T00:00:00.000Z', 'a b c'],
      // Completed by the last instant of the week, and just after it.
      [2, '2026-11-09T00:00:00.000Z', 'b c'],
      [2, '2026-11-15T23:59:59.999Z', 'a'],
      [3, '2026-11-09T00:00:00.000Z', 'b c'],
      [3, '2026-11-16T00:00:00.000Z', 'a'],
      // Has not completed, or not studied in the week.
      [4, '2026-11-10T00:00:00.000Z', 'a b x'],
      [5, '2026-10-10T00:00:00.000Z', 'a b'],
      [5, '2026-11-20T00:00:00.000Z', 'c'],
      // The sessions arrive in another order.
      [6, '2026-11-14T00:00:00.000Z', 'a'],
      [6, '2026-11-12T00:00:00.000Z', 'c'],
      [6, '2026-11-13T00:00:00.000Z', 'b'],
    ]);
    const completed = async (name: string) =>
      (await collect(courseId, name)).completed.items.map(({ learner, completedAt }) => [
        learner.userId,
        completedAt,
      ]);
    assert.deepEqual(await completed('2026-W46'), [
      [learnerId(0), '2026-11-09T00:00:00.000Z'],
      [learnerId(6), '2026-11-14T00:00:00.000Z'],
      [learnerId(2), '2026-11-15T23:59:59.999Z'],
    ]);
    assert.deepEqual(await completed('2026-W45'), [[learnerId(1), '2026-11-08T23:59:59.999Z']]);
    assert.deepEqual(await completed(WEEK), [
      [learnerId(3), '2026-11-16T00:00:00.000Z'],
      [learnerId(5), '2026-11-20T00:00:00.000Z'],
    ]);

    const summary = await classroom.stats.getSummary({ courseId });
    const week = readWeek('2026-W46', new TimeZone('UTC'), summary.asOf);
    const limited = await findCompletions(classroom.stats, summary, week, 4);
    // Learners 5, 3, 2 and 6 have studied last.
    assert.deepEqual([limited.total, limited.checked], [2, 4]);
  });

  test('It prints Markdown of the last week that is over, and nothing on stderr', async () => {
    const { courseId } = await classroom.stats.addCourse({
      course: { name: 'Logic', moduleIds: ['a', 'b'] },
    });
    const enrolment = { displayName: 'Ann', groups: ['evening'] };
    await addLearners(classroom, courseId, [
      { enrolment },
      { sessions: [['a'], ['b']], daysAgo: 7, score: 50 },
      { enrolment: { displayName: '田中' }, sessions: [['a']], daysAgo: 23 },
      { sessions: [['a']], daysAgo: 13, score: null },
    ]);
    const { code, stdout, stderr } = await run(['report', '--course', courseId]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout.slice(0, stdout.indexOf('## The course')),
      `# Logic: week 2026-W46

2026-11-09 to 2026-11-15, time zone UTC.

4 learners as of 2026-11-22T10:00:00.000Z: 1 not started, 1 active, 1 inactive, 1 completed.

## The week

| Figure          | 2026-W46 | 2026-W45 | Change |
| --------------- | -------: | -------: | -----: |
| Active learners |        2 |        0 |     +2 |
| New learners    |        2 |        0 |     +2 |
| Sessions        |        3 |        0 |     +3 |
| Modules studied |        3 |        0 |     +3 |
| Average score   |    50.00 |        – |      – |
| Time studied    |      14m |       0s |   +14m |

## 8 weeks up to 2026-W46

| Week     | Start      | Learners | New | Sessions | Modules | Score |  Time | Active           |
| -------- | ---------- | -------: | --: | -------: | ------: | ----: | ----: | ---------------- |
| 2026-W39 | 2026-09-21 |        0 |   0 |        0 |       0 |     – |    0s |                  |
| 2026-W40 | 2026-09-28 |        0 |   0 |        0 |       0 |     – |    0s |                  |
| 2026-W41 | 2026-10-05 |        0 |   0 |        0 |       0 |     – |    0s |                  |
| 2026-W42 | 2026-10-12 |        0 |   0 |        0 |       0 |     – |    0s |                  |
| 2026-W43 | 2026-10-19 |        0 |   0 |        0 |       0 |     – |    0s |                  |
| 2026-W44 | 2026-10-26 |        1 |   1 |        1 |       1 | 80.00 | 4m40s | ████████         |
| 2026-W45 | 2026-11-02 |        0 |   0 |        0 |       0 |     – |    0s |                  |
| 2026-W46 | 2026-11-09 |        2 |   2 |        3 |       3 | 50.00 |   14m | ████████████████ |

## Became inactive in the week

| Name | Learner                              | Last session | Inactive since |
| ---- | ------------------------------------ | ------------ | -------------- |
| 田中 | ${learnerId(2)} | 2026-10-30   | 2026-11-13     |

Learners whose last session was 14 days before a time in the week, and who are inactive as of 2026-11-22T10:00:00.000Z. Those who have studied since, or have completed the course, are not listed.

## Completed in the week

| Name | Learner                              | Completed  |
| ---- | ------------------------------------ | ---------- |
| –    | ${learnerId(1)} | 2026-11-15 |

Learners who have studied all modules as of 2026-11-22T10:00:00.000Z, and were missing at least one before the week and none at its end. The modules are the 2 that the course declares now; the time is that of the first session after which none was missing.

## Not started

| Name | Learner                              | Groups  |
| ---- | ------------------------------------ | ------- |
| Ann  | ${learnerId(0)} | evening |

Enrolled learners without a session, as of 2026-11-22T10:00:00.000Z.

`,
    );
    for (const heading of ['Figure', 'Status', 'Progress from', 'Per learner', 'Module']) {
      assert.match(stdout, new RegExp(`^\\| +${heading} +\\|.*\n\\| -`, 'm'));
    }
    const now = await run(['report', '--course', courseId, '--week', WEEK, '--inactive-after', '30']);
    assert.match(now.stdout, /^The week is not over; its figures can still change\.$/m);
    assert.match(now.stdout, /^Inactive: no session for 30 days, as of/m);
    assert.match(now.stdout, /^\| Average score {3}\| +– \| +50\.00 \| +– \|$/m);

    // In Kiritimati, this is the first instant of Monday.
    const zone = ['--time-zone', 'Pacific/Kiritimati', '--format', 'html'];
    const ahead = await run(['report', '--course', courseId, ...zone]);
    assert.match(ahead.stdout, /<title>Logic: week 2026-W47<\/title>/);
  });

  test('It escapes names in Markdown and in HTML, which loads and runs nothing', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '`|**[x](javascript:alert)**',
      'https://evil.example www.evil.example a@b.example',
      '\u202e"\'&amp;',
    ];
    const course = { name: '</title><script>alert(1)</script>\n# C', moduleIds: ["'|<b>"] };
    const { courseId } = await classroom.stats.addCourse({ course });
    await addLearners(classroom, courseId, [
      ...names.map((displayName) => ({ enrolment: { displayName, groups: ['<i>'] } })),
      { sessions: [["'|<b>"]], daysAgo: 7 },
    ]);
    const markdown = await run(['report', '--course', courseId]);
    assert.match(markdown.stdout, /^# \\<\/title\\>\\<script\\>alert\(1\)\\<\/script\\>\\\\n# C: week/);
    const cells = markdown.stdout
      .match(/^\| .* \\<i\\> {2}\|$/gm)
      ?.map((line) => line.split(/ +\| 0{8}-/)[0]);
    assert.deepEqual(cells?.toSorted(), [
      String.raw`| \<img src=x onerror=alert(1)\>`,
      String.raw`| \\u202e"'\&amp;`,
      String.raw`| \`\|\*\*\[x\](javascript:alert)\*\*`,
      String.raw`| https\://evil.example www\.evil.example a\@b.example`,
    ]);

    const { code, stdout, stderr } = await run(['report', '--course', courseId, '--format', 'html']);
    assert.deepEqual([code, stderr], [0, '']);
    const tags = Array.from(stdout.matchAll(/<(\/?)([a-z0-9]+)([^<>]*)>/gi), ([, end, name, rest]) => ({
      end,
      name,
      rest,
    }));
    // Every other `<` begins a tag of these elements, so no name became one.
    assert.equal(tags.length, stdout.split(/<(?!!doctype)/).length - 1);
    const known = 'bdi body div h1 h2 head html meta p section span style table tbody td th thead title tr';
    assert.deepEqual(new Set(tags.map(({ name }) => name)), new Set(known.split(' ')));
    const attributes = tags.flatMap(({ rest = '' }) => rest.match(/[a-z-]+(?==")/g) ?? []);
    assert.deepEqual(
      new Set(attributes),
      new Set(['lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'scope', 'style']),
    );
    assert.doesNotMatch(stdout.replaceAll(/<bdi>.*?<\/bdi>/g, ''), /https?:|url\(|@import/);
    const open: string[] = [];
    for (const { end, name = '' } of tags) {
      if (end === '/') assert.equal(open.pop(), name);
      else if (name !== 'meta') open.push(name);
    }
    assert.deepEqual(open, []);
    assert.match(stdout, /<bdi>&lt;img src=x onerror=alert\(1\)&gt;<\/bdi>/);
    assert.match(stdout, /<bdi>\\u202e&quot;&#39;&amp;amp;<\/bdi>/);
    assert.match(stdout, /<bdi>&#39;\|&lt;b&gt;<\/bdi>/);
  });

  test('A course without learners or modules has a report, and a long list is cut with its length', async () => {
    const { courseId } = classroom;
    const empty = await run(['report', '--course', courseId]);
    assert.equal(empty.code, 0);
    assert.equal(empty.stdout.match(/^None\.$/gm)?.length, 2);
    assert.match(empty.stdout, /^The course declares no modules, so that learners cannot complete it\.$/m);
    assert.doesNotMatch(empty.stdout, /Progress from|█/);
    const plans = Array.from({ length: 101 }, (_, number) => ({ enrolment: { displayName: `L ${number}` } }));
    await addLearners(classroom, courseId, plans);
    const { stdout } = await run(['report', '--course', courseId]);
    assert.equal(stdout.match(/^\| L /gm)?.length, 100);
    assert.match(stdout, /^The first 100 of 101 are listed\.$/m);
  });

  test('An error is on stderr, with its exit code and without a report', async () => {
    const { courseId } = classroom;
    for (const [argv, code, message] of [
      [['--week', '2026-W60'], 2, /--week is "2026-W60"/],
      [['--week', '2026-W48'], 2, /--week is "2026-W48"; it must not be after this week, 2026-W47/],
      [['--time-zone', 'Mars'], 2, /--time-zone is "Mars"/],
      [['--time-zone', '+02:00'], 2, /--time-zone is "\+02:00"/],
      [['--inactive-after', 'x'], 2, /--inactive-after is "x"/],
      [['--format', 'pdf'], 2, /Allowed choices are md, html/],
      [['--course', learnerId(1)], 3, /not found|no course/i],
    ] as const) {
      const result = await run(['report', '--course', courseId, ...argv]);
      assert.deepEqual([result.code, result.stdout], [code, ''], argv.join(' '));
      assert.match(result.stderr, message);
    }
  });
});
