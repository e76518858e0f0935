import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { unsupportedNode } from '../../src/core/node-version.js';
import { runBin, runNode } from '../support/cli.js';

const PRETEND_OLD = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });',
)}`;
const SAID = 'stats-service needs Node.js 22.19 or newer; this is Node.js 20.20.2.';

test('The minimum version of Node is the one that package.json declares', async () => {
  const { engines } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(engines.node, '>=22.19');
  for (const version of ['22.19.0', '22.20.1', '24.0.0', '26.1.0'])
    assert.equal(unsupportedNode(version), undefined);
  for (const version of ['18.20.8', '20.20.2', '22.18.0'])
    assert.match(unsupportedNode(version) ?? '', /needs/);
});

test('The program exits with one line of error on a Node that is too old', async () => {
  const finished = await runBin(['--version'], { node: ['--import', PRETEND_OLD] });
  assert.deepEqual(finished, { code: 1, stdout: '', stderr: `${SAID}\n` });
});

test('Every entry of the package throws `node-unsupported` on a Node that is too old', async () => {
  const source = `
    for (const entry of ['stats-service', 'stats-service/client', 'stats-service/server']) {
      await import(entry).catch((error) => console.log(error.code, error.message));
    }`;
  const { stdout } = await runNode(['--import', PRETEND_OLD, '--input-type=module', '--eval', source]);
  assert.equal(stdout, `node-unsupported ${SAID}\n`.repeat(3));
});
