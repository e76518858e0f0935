import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runBin, runNode } from '../support/cli.js';
import { assertCommands } from '../support/console.js';
import { TestDirectory } from '../support/directory.js';
import { codeBlocks, commandsOf, wordsOf } from '../support/markdown.js';

const README = new URL('../../README.md', import.meta.url);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('Every command in the README prints the documented output', () => assertCommands(README));

test('Every command in `docs/walkthrough.md` prints the documented output', () =>
  assertCommands(new URL('../../docs/walkthrough.md', import.meta.url)));

test('The library example in the README runs and prints the documented output', async () => {
  const blocks = codeBlocks(README);
  const [example, printed] = ['ts', 'text'].map((name) => blocks.find(({ language }) => language === name));
  assert.ok(example && printed);
  const argv = ['--input-type=module-typescript', '--eval', example.code];
  const { code, stdout, stderr } = await runNode(argv, { cwd: ROOT });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, printed.code);
});

const IMPORT = new URL('../../docs/import.md', import.meta.url);

test('The example of a CSV file in `docs/import.md` prints the documented output', async () => {
  await using directory = await TestDirectory.create();
  const blocks = codeBlocks(IMPORT);
  const first = (name: string) => blocks.find(({ language }) => language === name) ?? assert.fail(name);
  await directory.write('sessions.csv', first('csv').code);
  await directory.write('courses.json', first('json').code);
  const [command] = commandsOf(first('console'));
  assert.ok(command);
  const [, , ...argv] = wordsOf(command.line);
  const env = { XDG_DATA_HOME: directory.path };
  const { code, stdout, stderr } = await runBin(argv, { env, cwd: directory.path });
  assert.equal(code, 5);
  // A terminal mixes both outputs.
  assert.deepEqual((stdout + stderr).split('\n').toSorted(), command.output.split('\n').toSorted());
});

test('The example of xAPI statements in `docs/import.md` prints the documented output', async () => {
  await using directory = await TestDirectory.create();
  const blocks = codeBlocks(IMPORT);
  const find = (part: string) => blocks.find(({ code }) => code.includes(part)) ?? assert.fail(part);
  await directory.write('statements.json', find('"statements"').code);
  const commands = commandsOf(find('--format xapi'));
  assert.equal(commands.length, 3);
  for (const { line, output } of commands) {
    const [, , ...argv] = wordsOf(line);
    const env = { XDG_DATA_HOME: directory.path };
    const { stdout, stderr } = await runBin(argv, { env, cwd: directory.path });
    assert.deepEqual((stdout + stderr).split('\n').toSorted(), output.split('\n').toSorted(), line);
  }
});
