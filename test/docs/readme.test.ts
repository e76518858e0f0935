import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/cli.js';
import { assertCommands } from '../support/console.js';
import { codeBlocks } from '../support/markdown.js';

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
