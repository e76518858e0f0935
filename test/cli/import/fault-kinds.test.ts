import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultKinds } from '../../../src/cli/import/fault-kinds.js';
import { createDatabase } from '../../support/databases.js';
import { startGateway } from '../../support/gateway.js';
import { createService } from '../../support/http-service.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

const SCORE_RULE = 'must be a number from 0 to 1,000,000, or null';

/** Returns the printed lines without the message of the exit code. */
async function rejectionsOf(lines: readonly string[]): Promise<string[]> {
  await using database = await createDatabase('sqlite');
  const argv = ['-', '--create-courses', '--database', database.url];
  const { stderr } = await runImport(argv, lines.join('\n'));
  return stderr.split('\n').filter((line) => !line.startsWith('stats-service: ') && line !== '');
}

test('An import that rejects more than ten lines counts them by field and rule, and then prints ten', async () => {
  const scores = Array.from({ length: 8 }, (_, index) => ({
    averageScore: `"${index} ""; it must be x"`,
  }));
  const modules: Record<string, string>[] = [
    { moduleIds: 'm 1' },
    { moduleIds: 'm-1;m 2;m 3', averageScore: 'B' },
  ];
  const values = [{ timeStudied: 'x' }, ...scores, ...modules];
  const printed = await rejectionsOf([HEADER, ...values.map((each) => csvLine(each))]);
  assert.deepEqual(printed.slice(0, 4), [
    `9 × averageScore ${SCORE_RULE}`,
    '2 × moduleIds.N must be 1 to 128 visible ASCII characters without ;',
    '1 × timeStudied must be an integer number of milliseconds from 0 to 1,000,000,000',
    'line 2: timeStudied is "x"; it must be an integer number of milliseconds from 0 to 1,000,000,000',
  ]);
  const examples = printed.slice(3);
  assert.deepEqual(
    examples.map((line) => line.split(':')[0]),
    Array.from({ length: 10 }, (_, index) => `line ${index + 2}`),
  );
  assert.equal(examples[1], String.raw`line 3: averageScore is "0 \"; it must be x"; it ${SCORE_RULE}`);
});

test('An import that rejects ten lines prints only the lines', async () => {
  const lines = Array.from({ length: 10 }, () => csvLine({ averageScore: 'B' }));
  const printed = await rejectionsOf([HEADER, ...lines]);
  assert.equal(printed.length, 10);
  assert.ok(printed.every((line) => /^line \d+: averageScore is "B"; it /.test(line)));
});

test('An import that fails also counts the rejected lines by kind', async () => {
  await using service = await createService('sqlite');
  await using gateway = await startGateway(service.url, () => ({
    status: 503,
    headers: { 'Retry-After': '3600' },
  }));
  const lines = [HEADER, ...Array.from({ length: 12 }, () => 'x'), csvLine()];
  const { code, stderr } = await runImport(['-', '--server', gateway.url], lines.join('\n'));
  assert.equal(code, 4);
  const printed = stderr.split('\n');
  assert.equal(printed[0], '12 × has 1 fields; it must have 8, as the header');
  assert.deepEqual(
    printed.slice(1, -2).map((line) => line.split(/[:.]/)[0]),
    [...Array.from({ length: 10 }, (_, index) => `line ${index + 2}`), 'Stopped after line 13'],
  );
});

test('At most ten kinds of faults are described, the most frequent first', () => {
  const kinds = new FaultKinds();
  for (let kind = 1; kind <= 12; kind += 1) {
    for (let line = 0; line < kind; line += 1) kinds.add([{ detail: `has fault ${kind}` }]);
  }
  const described = kinds.describe();
  assert.deepEqual(
    [described.length, described[0], described[9]],
    [11, '12 × has fault 12', '3 × has fault 3'],
  );
  assert.equal(described[10], 'and 2 more kinds');
});

const unknownField = (number: number) => ({ field: `name-${number}`, detail: 'is not a known field' });

test('The number of kinds of faults is limited; all others are one kind', () => {
  const kinds = new FaultKinds();
  for (let line = 0; line < 1_500; line += 1) kinds.add([unknownField(line), unknownField(line + 5_000)]);
  const described = kinds.describe();
  assert.equal(described[0], '1,000 × other faults');
  assert.equal(described.at(-1), 'and 991 more kinds');
});
