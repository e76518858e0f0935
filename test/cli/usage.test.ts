import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';

const ID = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
const RECORD = ['record', '--user', ID, '--course', ID];

type Mistake = readonly [argv: readonly string[], message: RegExp];

const MISTAKES: readonly Mistake[] = [
  [['nope'], /unknown command 'nope'/],
  [['stats'], /required option '--user <id>' not specified/],
  [['activity'], /activity needs a learner or a course; add --user or --course/],
  [['activity', '--user', ID, '--course', ID], /--user cannot be used with --course; remove one of them/],
  [
    ['activity', '--user', ID, '--interval', 'day'],
    /--interval cannot be used with --user; remove one of them/,
  ],
  [['activity', '--course', ID, '--day-start', '04:00'], /--day-start cannot be used with --course/],
  [['roster', '--course', ID, '--sort', 'name'], /Allowed choices are userId, displayName, .*sessionCount/],
  [
    ['roster', '--course', ID, '--user', ID, '--sort', 'progress', '--csv'],
    /--sort, --csv cannot be used for one learner; remove --user or --sort, --csv/,
  ],
  [['history', '--user', ID], /required option '--course <id>' not specified/],
  [['history', '--user', ID, '--course', ID, '--interval', 'year'], /Allowed choices are day, week, month/],
  [['stats', '--usr', ID], /option/],
  [['course', 'list', '--json', '--csv'], /option '--csv' cannot be used with option '--json'/],
  [
    ['stats', '--user', ID, '--course', ID, '--csv'],
    /--csv prints the list of courses; remove it or --course/,
  ],
  [['course'], /Usage: stats-service course/],
  [['migrate', 'sideways'], /Allowed choices are up, status, down/],
  [['migrate', 'down'], /--yes/],
  [['course', 'list', '--database', 'mysql://x'], /must be sqlite:PATH, sqlite::memory: or postgres:/],
  [['course', 'list', '--database', 'sqlite::memory:', '--server', 'http://x'], /exclude each other/],
  [['course', 'list', '--server', 'ftp://x'], /URL "ftp:\/\/x" must be http/],
  [
    ['serve', '--port', '70000', '--database', 'sqlite::memory:'],
    /--port is "70000"; it must be a port from 0 to 65,535/,
  ],
  [
    [...RECORD, '--modules', '1', '--score', '1', '--time', 'long'],
    /It must be a duration such as 25m, .*or milliseconds/,
  ],
  ...['1', '25', '999'].map((time): Mistake => [
    [...RECORD, '--modules', '1', '--score', '1', '--time', time],
    new RegExp(`^stats-service: --time is "${time}"; add a unit: ${time}m, ${time}s or ${time}ms\n$`),
  ]),
  [
    [...RECORD, '--modules', '-1', '--score', 'NaN', '--time', '0', '--database', 'sqlite::memory:'],
    /^stats-service: --modules is -1; it must be an integer from 0 to 100,000\. --score is "NaN"; it must be a number from 0 to 1,000,000, or null\n$/,
  ],
  [
    [
      ...RECORD,
      '--modules',
      '1',
      '--score',
      '1',
      '--time',
      '1000',
      '--replace',
      '--database',
      'sqlite::memory:',
    ],
    /--session is required/,
  ],
];

test('A usage error is reported on stderr with exit code 2', async () => {
  for (const [argv, message] of MISTAKES) {
    const { code, stdout, stderr } = await runCli(argv);
    assert.equal(code, 2, argv.join(' '));
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});

test('The help and the version are printed to stdout, not as errors', async () => {
  for (const argv of [['--help'], ['record', '--help'], ['course', 'add', '--help'], ['help', 'stats']]) {
    const { code, stdout, stderr } = await runCli(argv);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: stats-service /);
    assert.equal(stderr, '');
  }
  assert.equal((await runCli(['--version'])).stdout, '0.0.0\n');
});

test('The help groups the commands and shows examples that the program accepts', async () => {
  const { stdout } = await runCli(['--help']);
  const headings = stdout.match(/^[A-Z][a-z ]*:/gm);
  assert.deepEqual(headings, [
    'Usage:',
    'Options:',
    'Record:',
    'Read:',
    'Move data:',
    'Operate:',
    'Examples:',
    'Exit codes:',
  ]);
  const examples = stdout.match(/(?<=^ {2}stats-service ).*/gm) ?? [];
  assert.ok(examples.length > 3);
  for (const example of examples) {
    const { stderr } = await runCli([...example.split(' '), '--server', 'ftp://x']);
    assert.match(
      stderr,
      /ftp|cannot use a server|sessions\.csv cannot be read|unknown option '--server'/,
      example,
    );
  }
});
