import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/cli.js';
import { assertCommands } from '../support/console.js';
import { codeBlocks } from '../support/markdown.js';

const README = new URL('../../README.md', import.meta.url);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('every command of the README prints what it says', () => assertCommands(README));

test('the example of the library runs and prints what it says', async () => {
  const blocks = codeBlocks(README);
  const [example, printed] = ['ts', 'text'].map((name) => blocks.find(({ language }) => language === name));
  assert.ok(example && printed);
  const argv = ['--input-type=module-typescript', '--eval', example.code];
  const { code, stdout, stderr } = await runNode(argv, { cwd: ROOT });
  assert.equal(code, 0, stderr);
  assert.equal(stdout, printed.code);
});
