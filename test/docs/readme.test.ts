import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BIN, runCommand, runNode } from '../support/cli.js';
import { assertCommands } from '../support/console.js';
import { TestDirectory } from '../support/directory.js';
import { codeBlocks, commandsOf } from '../support/markdown.js';

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

test('Every command in `docs/import.md` prints the documented output', async () => {
  await using directory = await TestDirectory.create();
  const program = await directory.write(
    'stats-service',
    `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`,
  );
  await chmod(program, 0o755);
  const env = { XDG_DATA_HOME: `${directory.path}/data`, PATH: `${directory.path}:${process.env['PATH']}` };
  const commands = codeBlocks(new URL('../../docs/import.md', import.meta.url))
    .filter(({ language }) => language === 'console')
    .flatMap(commandsOf);
  assert.ok(commands.length > 5);
  for (const { line, output } of commands) {
    const [, shown] = /^cat (\S+)$/.exec(line) ?? [];
    if (shown !== undefined) {
      await directory.write(shown, output);
      continue;
    }
    const { stdout, stderr } = await runCommand(['sh', '-c', line], { env, cwd: directory.path });
    // A terminal mixes both outputs, but keeps the order of each.
    const shownLines = output.split('\n');
    assert.deepEqual((stdout + stderr).split('\n').toSorted(), shownLines.toSorted(), line);
    for (const printed of [stdout, stderr]) {
      let from = 0;
      for (const text of printed.trimEnd().split('\n')) {
        const index = shownLines.indexOf(text, from);
        assert.ok(index !== -1 || printed === '', `${line}: ${text}`);
        from = index + 1;
      }
    }
  }
});
