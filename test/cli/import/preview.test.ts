import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { csvLine, HEADER } from '../../support/imports.js';
import { event } from '../../support/statements.js';
import { localTime } from '../../support/time-zones.js';

interface Study {
  readonly user: string;
  readonly course: string;
  readonly modules: number;
  readonly score: number | null;
  readonly seconds: number;
  readonly at: number;
  readonly moduleIds: readonly string[];
}

const ROWS = 300;
const MINUTE = 60_000;

/** 300 sessions of 30 learners in three courses, one session a minute each, in the spring of 2026. */
const STUDIES: readonly Study[] = Array.from({ length: ROWS }, (_, index) => ({
  user: `jörg.müller-${index % 30}@example.org`,
  course: ['Logic', 'Set theory', 'Proofs & numbers'][index % 3] ?? '',
  modules: 1 + (index % 7),
  score: index % 11 === 0 ? null : 50 + (index % 50) + 0.5,
  seconds: 900 + 30 * (index % 40),
  at: Date.UTC(2026, 2, 1, 8, 5) + index * 601 * MINUTE,
  moduleIds: [`m-${index % 5}`, `m-${5 + (index % 3)}`],
}));

const two = (number: number) => String(number).padStart(2, '0');
const clock = (seconds: number) =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
/** The parts of the local time in a zone. */
const parts = (at: number, zone: string) => {
  const [date = '', time = ''] = localTime(at, zone).split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return { date, time, year, month, day, minute: time.slice(0, 5) };
};
const twelve = (time: string) => {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return `${hour % 12 || 12}:${two(minute)} ${hour < 12 ? 'AM' : 'PM'}`;
};
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July'];
const table = (rows: readonly (readonly (string | number)[])[], delimiter = ',') =>
  `${rows.map((row) => row.join(delimiter)).join('\n')}\n`;
const quoted = (text: string) => `"${text}"`;

interface Shape {
  readonly file: string;
  readonly text: string | Buffer;
  /** The time zone, which the user adds because the file does not have it. */
  readonly zone?: string;
  readonly given?: readonly string[];
  /** The values of a session that the file keeps. */
  readonly keeps?: (study: Study) => Partial<Study>;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  Moodle: {
    file: 'moodle.csv',
    zone: 'Europe/Berlin',
    given: ['--default', 'courseId=Logic', '--default', 'totalModulesStudied=3'],
    text: table([
      [
        '"Last name"',
        '"First name"',
        '"Email address"',
        'State',
        '"Started on"',
        'Completed',
        '"Time taken"',
        'Grade/10.00',
      ],
      ...STUDIES.map(({ user, score, seconds, at }) => {
        const times = [at - seconds * 1_000, at].map((time) => {
          const { day, month, year, minute } = parts(time, 'Europe/Berlin');
          return quoted(`${Number(day)} ${MONTHS[Number(month) - 1]} ${year}, ${twelve(minute)}`);
        });
        const taken = quoted(`${Math.floor(seconds / 60)} mins ${seconds % 60} secs`);
        const grade = score === null ? '-' : (score / 10).toFixed(2);
        return ['Müller', 'Jörg', user, 'Finished', ...times, taken, grade];
      }),
    ]),
    keeps: ({ score }) => ({ course: 'Logic', modules: 3, score: score && Number((score / 10).toFixed(2)) }),
  },
  'a learning platform with times in ISO 8601': {
    file: 'platform.csv',
    zone: 'Asia/Kolkata',
    text: table([
      ['Learner', 'Course', 'Modules', 'Score', 'Time spent (sec)', 'Completed'],
      ...STUDIES.map(({ user, course, modules, score, seconds, at }) => {
        return [user, course, modules, score ?? '', seconds, localTime(at, 'Asia/Kolkata')];
      }),
    ]),
  },
  Canvas: {
    file: 'canvas.csv',
    text: table([
      [
        'Student',
        'ID',
        'SIS Login ID',
        'Section',
        'Course',
        'Submitted',
        'Attempt',
        'Score',
        'Lessons',
        'Duration (seconds)',
      ],
      ...STUDIES.map(({ user, course, modules, score, seconds, at }, index) => {
        const { date, time } = parts(at, 'UTC');
        return [
          '"Müller, Jörg"',
          index % 30,
          user,
          'A',
          course,
          `${date} ${time} UTC`,
          1,
          score ?? '',
          modules,
          seconds,
        ];
      }),
    ]),
    keeps: ({ user }) => ({ user }),
  },
  Kolibri: {
    file: 'kolibri.csv',
    zone: 'Africa/Nairobi',
    text: table([
      [
        'Facility name',
        'Username',
        'Channel name',
        'Content ID',
        'Start timestamp',
        'End timestamp',
        'Time spent (sec)',
        'Progress (0-1)',
        'Kind',
      ],
      ...STUDIES.map(({ user, course, seconds, at, moduleIds: [id = ''] }) => {
        const [start, end] = [parts(at - seconds * 1_000, 'Africa/Nairobi'), parts(at, 'Africa/Nairobi')];
        const times = [`${start.date} ${start.time}`, `${end.date} ${end.time}`];
        return ['School', user, course, id, ...times, `${seconds}.0`, 1, 'exercise'];
      }),
    ]),
    keeps: ({ moduleIds: [id = ''] }) => ({ modules: 1, score: null, moduleIds: [id] }),
  },
  Toggl: {
    file: 'toggl.csv',
    zone: 'America/New_York',
    text: `\uFEFF${table([
      [
        'User',
        'Email',
        'Client',
        'Project',
        'Description',
        'Billable',
        'Start date',
        'Start time',
        'End date',
        'End time',
        'Duration',
        'Tags',
      ],
      ...STUDIES.map(({ user, course, seconds, at }) => {
        const [start, end] = [parts(at - seconds * 1_000, 'America/New_York'), parts(at, 'America/New_York')];
        const times = [start.date, start.time, end.date, end.time];
        return ['Jörg', user, '', course, '"read, then\nwrote"', 'No', ...times, clock(seconds), ''];
      }),
    ])}`,
    keeps: () => ({ modules: 1, score: null }),
  },
  'Excel, German': {
    file: 'excel-de.csv',
    zone: 'Europe/Berlin',
    text: Buffer.from(
      table(
        [
          ['Teilnehmer', 'Kurs', 'Anzahl Module', 'Punkte', 'Dauer', 'Datum', 'Bemerkung'],
          ...STUDIES.map(({ user, course, modules, score, seconds, at }) => {
            const { day, month, year, minute } = parts(at, 'Europe/Berlin');
            const points = score === null ? '' : String(score).replace('.', ',');
            return [
              user,
              course,
              modules,
              points,
              clock(seconds),
              `${day}.${month}.${year} ${minute}`,
              'schön',
            ];
          }),
        ],
        ';',
      ).replaceAll('\n', '\r\n'),
      'latin1',
    ),
  },
  'Excel, US': {
    file: 'excel-us.csv',
    zone: 'America/New_York',
    text: `\uFEFF${table([
      ['Student', 'Course', 'Modules', 'Score', 'Minutes', 'Completed'],
      ...STUDIES.map(({ user, course, modules, score, seconds, at }) => {
        const { day, month, year, minute } = parts(at, 'America/New_York');
        const completed = `${Number(month)}/${Number(day)}/${year} ${twelve(minute)}`;
        return [user, course, modules, score === null ? '' : `${score}%`, seconds / 60, completed];
      }),
    ]).replaceAll('\n', '\r\n')}`,
  },
  'Google Sheets': {
    file: 'sheets.tsv',
    zone: 'UTC',
    text: `${table(
      [
        ['user_id', 'course_id', 'modules', 'score', 'duration', 'completed_at', 'modules list', ''],
        ...STUDIES.map(({ user, course, modules, score, seconds, at }) => {
          const { date, time } = parts(at, 'UTC');
          const ids = [deriveId(user), deriveId(course)];
          return [...ids, modules, score ?? '', clock(seconds).slice(1), `${date} ${time}`, '', ''];
        }),
      ],
      '\t',
    )}\t\t\t\t\t\t\t\n\n`,
  },
  pandas: {
    file: 'pandas.csv',
    text: table([
      ['', 'user', 'course', 'modules', 'score', 'time_spent_s', 'completed_at', 'module_ids'],
      ...STUDIES.map(({ user, course, modules, score, seconds, at, moduleIds }, index) => {
        const { date, time } = parts(at, 'UTC');
        const list = quoted(`[${moduleIds.map((id) => `'${id}'`).join(', ')}]`);
        return [
          index,
          user,
          course,
          `${modules}.0`,
          score ?? '',
          `${seconds}.0`,
          `${date} ${time}+00:00`,
          list,
        ];
      }),
    ]),
    keeps: ({ moduleIds }) => ({ moduleIds }),
  },
  R: {
    file: 'r.csv',
    zone: 'Europe/London',
    text: table([
      ['', 'user', 'course', 'modules', 'score', 'minutes', 'completed'].map(quoted),
      ...STUDIES.map(({ user, course, modules, score, seconds, at }, index) => {
        const { date, time } = parts(at, 'Europe/London');
        const row = [quoted(String(index + 1)), quoted(user), quoted(course)];
        return [...row, modules, score ?? 'NA', seconds / 60, quoted(`${date} ${time}`)];
      }),
    ]),
  },
  'a hand-made file': {
    file: 'hours.txt',
    zone: 'Asia/Kolkata',
    text: `\n${table(
      [
        [' Learner ', ' Class', 'Lessons', 'Grade', 'Time ', 'Date', 'Time of day', 'Note'],
        ...STUDIES.map(({ user, course, modules, score, seconds, at }) => {
          const { date, minute } = parts(at, 'Asia/Kolkata');
          const time = `${Math.floor(seconds / 60)}m${seconds % 60}s`;
          return [` ${user} `, ` "${course}"`, modules, score ?? '', time, date, minute, '6" screen'];
        }),
      ],
      ' | ',
    ).replaceAll('\n', '\n\n')}`,
  },
};

for (const [name, { file, text, zone, given: added = [], keeps }] of Object.entries(SHAPES)) {
  test(`A file like those of ${name} is imported by the command of its preview`, async () => {
    await using database = await createDatabase('sqlite');
    await using directory = await TestDirectory.create();
    const path = await directory.write(file, text);
    const given = [...added, ...(zone === undefined ? [] : ['--time-zone', zone])];
    const preview = await runCli(['import', path, '--preview', '--json', ...given]);
    assert.equal(preview.code, 0, preview.stderr);
    const {
      rows,
      sessions,
      learners,
      courses,
      rejected,
      faults,
      arguments: argv,
    } = JSON.parse(preview.stdout);
    const context = `${argv.join(' ')}\n${faults.join('\n')}`;
    const kept = STUDIES.map((study) => ({ ...study, moduleIds: [], ...keeps?.(study) }));
    const expectedCourses = new Set(kept.map(({ course }) => course)).size;
    assert.deepEqual(
      [rows, sessions, learners, courses, rejected],
      [ROWS, ROWS, 30, expectedCourses, 0],
      context,
    );

    const imported = await runCli([...argv, '--database', database.url, '--json', '--quiet']);
    assert.deepEqual([imported.code, JSON.parse(imported.stdout).created], [0, ROWS], imported.stderr);
    const exported = await runCli(['export', '--database', database.url, '--format', 'ndjson', '--quiet']);
    const actual = exported.stdout
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { sessionId: _, ...session } = JSON.parse(line);
        return JSON.stringify(session);
      });
    const expected = kept.map(({ user, course, modules, score, seconds, at, moduleIds }) =>
      JSON.stringify({
        userId: deriveId(user),
        courseId: deriveId(course),
        totalModulesStudied: modules,
        averageScore: score,
        timeStudied: seconds * 1_000,
        completedAt: new Date(at).toISOString(),
        moduleIds,
      }),
    );
    assert.deepEqual(actual.toSorted(), expected.toSorted());
  });
}

test('A preview shows the columns, what would be rejected, what to check, and the command', async () => {
  const input =
    'Email,Course,Hours,When,Grade\nann@example.org,Logic,1.5,01/03/2026 10:00,B+\nben@example.org,Logic,2,02/03/2026 11:00,80\n';
  const given = ['--map', 'When=completedAt', '--time-zone', 'Europe/London', '--date-order', 'dmy'];
  const { code, stdout, stderr } = await runCli(['import', '-', '--preview', ...given], { input });
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `File      stdin, CSV in UTF-8
Rows      2
Sessions  1
Learners  1
Courses   1
Rejected  1

Column  Field         Value             Read as
Email   userId        ben@example.org   ${deriveId('ben@example.org')}
Course  courseId      Logic             ${deriveId('Logic')}
Hours   timeStudied   2                 7200000
When    completedAt   02/03/2026 11:00  2026-03-02T11:00:00.000Z
Grade   averageScore  80                80

line 2: averageScore is "B+"; it must be a number from 0 to 1,000,000, or null

Check: No column has the number of modules; is 1 for each session right?

To import the file:

  stats-service import - --map When=completedAt --map Email=userId --map Course=courseId \\
    --map Hours=timeStudied --map Grade=averageScore --default totalModulesStudied=1 --time-unit h \\
    --date-order dmy --time-zone Europe/London --derive-ids --create-courses
`,
  );
});

test('A preview proposes --same-time distinct for different sessions of one learner, course and time', async () => {
  const lines = [csvLine({ sessionId: '' }), csvLine({ sessionId: '', averageScore: '70' })];
  const { stdout } = await runCli(['import', '-', '--preview', '--json'], {
    input: [HEADER, ...lines].join('\n'),
  });
  const { sessions, notes, arguments: argv } = JSON.parse(stdout);
  assert.equal(sessions, 2);
  assert.deepEqual(notes, [
    '2 rows have the same learner, course and time, but other content; are they different sessions?',
  ]);
  assert.deepEqual(argv, ['import', '-', '--same-time', 'distinct', '--create-courses']);
});

const NOTES: readonly (readonly [header: string, row: string, note: RegExp, map: string])[] = [
  [
    'user,course,date,time,Grade/10.00',
    'ann,Logic,2026-03-01 10:00 UTC,25m,8.5',
    /^"Grade\/10\.00" has the maximum 10; is 8\.5 the score, not 85%\?$/,
    'Grade/10.00=averageScore',
  ],
  [
    'user,course,date,dauer',
    'ann,Logic,2026-03-01 10:00 UTC,1:30',
    /^"dauer" looks like timeStudied, but a value is "1:30"; it must be hours, minutes and seconds/,
    'dauer=',
  ],
  [
    'user,course,date,time,grade',
    'ann,Logic,2026-03-01 10:00 UTC,25m,B+',
    /^"grade" looks like averageScore, but a value is "B\+"; it must be a number\.$/,
    'grade=',
  ],
  [
    'user,course,completed,time',
    'ann,Logic,13. März 2026,25m',
    /^"completed" looks like completedAt, but a value is "13\. März 2026"; it must be a time such as/,
    'completed=',
  ],
];

for (const [header, row, note, map] of NOTES) {
  test(`A preview asks about the column of --map ${map}`, async () => {
    const { stdout } = await runCli(['import', '-', '--preview', '--json'], { input: `${header}\n${row}\n` });
    const { notes, arguments: argv } = JSON.parse(stdout);
    assert.ok(
      notes.some((text: string) => note.test(text)),
      notes.join('\n'),
    );
    assert.ok(argv.includes(map), argv.join(' '));
  });
}

const ROW = 'ann,Logic,2026-03-01 10:00 UTC';

/** Files that have two meanings: the rows, the question, and an argument that the preview proposes or not. */
const QUESTIONS: readonly (readonly [
  lines: readonly string[],
  note: RegExp,
  proposed: string | undefined,
  omitted?: string,
])[] = [
  [
    ['user,course,date,Time spent', `${ROW},1530`, `${ROW},900`, `${ROW},21600`],
    /^The longest time is 21600; is --time-unit s right\?$/,
    '--time-unit',
  ],
  [
    ['user,course,date,Time spent', `${ROW},1530000`],
    /^"Time spent" is read as milliseconds, such as 1530000; is that right/,
    undefined,
    '--time-unit',
  ],
  [
    ['user,course,date,timeStudied', `${ROW},1530`],
    /^"timeStudied" is read as milliseconds, such as 1530; is that right/,
    undefined,
    '--time-unit',
  ],
  [
    ['user,course,date,Seminar time', `${ROW},25`],
    /^No column is timeStudied/,
    'Seminar time=',
    '--time-unit',
  ],
  [
    ['user,course,date,Time (sec)', `${ROW},"1,530"`],
    /^"1,530" has a thousands separator or a decimal comma/,
    '--time-unit',
    '--decimal-comma',
  ],
  [
    ['user,course,Date,Time', 'ann,Logic,2026-03-01,14:05:00'],
    /^Is "Time" a time of day or a duration\? Add --map Time=completedAt or --map Time=timeStudied\.$/,
    'Time=',
  ],
  [
    ['user,course,date,time', 'ann,Logic,26-03-01 10:00,25m'],
    /^The dates could begin with the year/,
    undefined,
    '--date-order',
  ],
  [
    ['user,course,date,time', 'ann,Logic,13/03/2026,25m', 'ann,Logic,03/24/2026,25m'],
    /^Some dates begin with the day and others with the month/,
    undefined,
    '--date-order',
  ],
  [
    ['ID,Name,course,date,time', `1,${ROW},25m`, `2,${ROW},30m`],
    /^Is "ID" the userId\? It could also be "Name"\.$/,
    'ID=userId',
  ],
  [
    ['Name,course,date,time', `${ROW},25m`],
    /^Is "Name" the userId\? Learners of the same name would be one\.$/,
    'Name=userId',
  ],
  [
    ['user,course,date,Hours,Minutes', `${ROW},1,30`],
    /^"Hours" is ignored; is "Minutes" the whole time\?$/,
    'Hours=',
  ],
  [
    ['user,course,date,time,Module', `${ROW},25m,7`],
    /^No column has the number of modules; is 1 for each session right\?$/,
    'Module=',
  ],
];

for (const [lines, note, proposed, omitted] of QUESTIONS) {
  test(`A preview asks instead of guessing: ${lines.join(' / ')}`, async () => {
    const { stdout } = await runCli(['import', '-', '--preview', '--json'], { input: lines.join('\n') });
    const { notes, arguments: argv } = JSON.parse(stdout);
    assert.ok(
      notes.some((text: string) => note.test(text)),
      notes.join('\n'),
    );
    if (proposed !== undefined) assert.ok(argv.includes(proposed), argv.join(' '));
    if (omitted !== undefined) assert.ok(!argv.includes(omitted), argv.join(' '));
  });
}

test('A preview reads a file with two unnamed columns, and names two columns of one name', async () => {
  const [unnamed, repeated] = await Promise.all(
    ['user,course,date,time,,', 'user,course,date,time,user,'].map((header) =>
      runCli(['import', '-', '--preview', '--json'], { input: `${header}\n${ROW},25m,,\n` }),
    ),
  );
  assert.equal(JSON.parse(unnamed?.stdout ?? '').rejected, 0);
  assert.match(repeated?.stderr ?? '', /Two columns of the header have the name "user"; rename one/);
});

test('A preview of an export asks nothing', async () => {
  const input = [HEADER, csvLine(), csvLine()].join('\n');
  const { stdout } = await runCli(['import', '-', '--preview', '--json'], { input });
  assert.deepEqual(JSON.parse(stdout).notes, []);
});

test('A preview proposes a time zone for a local time with a T in a column of any name', async () => {
  for (const name of ['completedAt', 'completed']) {
    const input = `userId,courseId,${name}\nann,Logic,2026-03-01T10:00:00\n`;
    const { stdout } = await runCli(['import', '-', '--preview', '--json'], { input });
    assert.ok(JSON.parse(stdout).arguments.includes('--time-zone'), stdout);
  }
});

test('A preview of rows that are all rejected shows how the other cells of one are read', async () => {
  const input = 'userId,courseId,timeStudied,completedAt\nann,Logic,1:30,2026-03-01 10:00 UTC\n';
  const { stdout } = await runCli(['import', '-', '--preview', '--json'], { input });
  const { rejected, columns } = JSON.parse(stdout);
  assert.equal(rejected, 1);
  assert.deepEqual(
    columns.map(({ value }: { readonly value: string }) => value),
    [deriveId('ann'), deriveId('Logic'), '', '2026-03-01T10:00:00.000Z'],
  );
});

test('The command of a preview has the options that were given, and no control character', async () => {
  const input = `userId,courseId,"a\u001b[31m'b\u202e\\"\nann,Logic,1\n`;
  const given = ['--new-ids', '--on-conflict', 'skip', '--course-by-name'];
  const { stdout } = await runCli(['import', '-', '--preview', ...given], { input });
  assert.ok(!stdout.includes('\u001b') && !stdout.includes('\u202e'));
  assert.ok(stdout.includes(String.raw`--map $'a\u001b[31m\'b\u202e\\='`), stdout);
  for (const option of ['--new-ids', '--on-conflict skip', '--course-by-name']) {
    assert.ok(stdout.includes(` ${option}`), stdout);
  }
});

test('A preview recognises statements, as pages, as a list and on lines, and reads the first 1,000', async () => {
  const statements = Array.from({ length: 1_200 }, (_, index) => ({
    ...event,
    id: `event ${index}`,
    actor: { mbox: `mailto:${index}@example.org` },
  }));
  const texts = [
    JSON.stringify({ more: '', statements }, null, 2),
    JSON.stringify(statements, null, 2),
    JSON.stringify(statements),
    statements.map((statement) => JSON.stringify(statement)).join('\n'),
  ];
  for (const input of texts) {
    const { stdout, stderr } = await runCli(['import', '-', '--preview'], { input });
    assert.match(
      stdout,
      /^File {14}stdin, xAPI\nFirst statements {2}1,?000\nSessions {10}1,?000\nLearners {10}1,?000\nCourses {11}1\nRejected {10}0\n\nTo import the file:\n\n {2}stats-service import - --format xapi --create-courses\n$/,
      stderr,
    );
  }
});

test('A preview recognises a page of statements without any', async () => {
  const input = '{"more": "", "statements": []}';
  const { stdout, stderr } = await runCli(['import', '-', '--preview', '--json'], { input });
  assert.deepEqual(JSON.parse(stdout).arguments.slice(2, 4), ['--format', 'xapi'], stderr);
});

test('A preview of a long file reads only its first rows, and names a file that is empty', async () => {
  await using directory = await TestDirectory.create();
  const lines = Array.from({ length: 9_000 }, () => csvLine());
  const long = await directory.write('long.csv', [HEADER, ...lines].join('\n'));
  const preview = await runCli(['import', long, '--preview', '--json']);
  const { rows, sessions, isWhole, arguments: argv } = JSON.parse(preview.stdout);
  assert.deepEqual([rows, sessions], [1_000, 1_000]);
  assert.deepEqual([isWhole, argv], [false, ['import', long, '--create-courses']]);
  const empty = await runCli(['import', '-', '--preview'], { input: '' });
  assert.deepEqual([empty.code, empty.stdout], [1, '']);
  assert.match(empty.stderr, /The file is empty; there is nothing to preview\./);
  const wide = await directory.write(
    'wide.csv',
    Buffer.from(`\uFEFF${[HEADER, ...lines].join('\n')}`, 'utf16le'),
  );
  const decoded = await runCli(['import', wide, '--preview', '--json']);
  assert.deepEqual([JSON.parse(decoded.stdout).rows, JSON.parse(decoded.stdout).rejected], [1_000, 0]);
  const contradiction = await runCli(['import', long, '--preview', '--gap', '10m']);
  assert.match(contradiction.stderr, /--gap requires --format xapi/);
  const writing = await runCli(['import', long, '--preview', '--rejects', 'rejects.ndjson']);
  assert.match(writing.stderr, /--preview writes nothing; remove --rejects/);
});
