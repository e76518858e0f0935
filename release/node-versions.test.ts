import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { runCommand } from '../test/support/cli.js';
import { createDatabase } from '../test/support/databases.js';
import { installInto, pack, ROOT } from './support/npm.js';
import { assertWorks } from './support/round-trip.js';

const manifestSchema = z.looseObject({ engines: z.object({ node: z.string().startsWith('>=') }) });
const { engines } = manifestSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));

/** The oldest supported version, and the newest version of each maintained release line. */
const SUPPORTED = [`${engines.node.slice('>='.length)}.0`, '22', '24', '26'];
const TOO_OLD = '20';

await using packed = await pack();
const installed = await installInto([packed.tarball]);
const BIN = join(installed.path, 'node_modules', 'stats-service', 'bin', 'stats-service.js');

const ENTRIES = ['stats-service', 'stats-service/client', 'stats-service/server'];

const LOADERS = new Map([
  [
    'load.mjs',
    `for (const entry of ${JSON.stringify(ENTRIES)}) {
       await import(entry).then(() => console.log('loaded'), ({ code, message }) => console.log(code, message));
     }`,
  ],
  [
    'load.cjs',
    `for (const entry of ${JSON.stringify(ENTRIES)}) {
       try { require(entry); console.log('loaded'); } catch ({ code, message }) { console.log(code, message); }
     }`,
  ],
]);
for (const [name, text] of LOADERS) await writeFile(join(installed.path, name), text);

// Installed before the first test, because a file must not wait between its tests: the runner would end.
const nodes = await Promise.all(SUPPORTED.map(installNode));
const old = await installNode(TOO_OLD);
after(() => Promise.all([installed, old, ...nodes].map((directory) => directory[Symbol.asyncDispose]())));

for (const node of nodes) {
  test(`The installed package serves, records and returns stats on SQLite with Node ${node.version}`, async () => {
    await using database = await createDatabase('sqlite');
    await assertWorks({ command: [node.path, BIN], cwd: installed.path }, database.url);
  });

  test(`Every entry of the package loads by import and by require with Node ${node.version}`, async () => {
    for (const loader of LOADERS.keys()) {
      const { stdout } = await runCommand([node.path, loader], { cwd: installed.path });
      assert.equal(stdout, 'loaded\n'.repeat(ENTRIES.length), loader);
    }
  });
}

test(`The program and every entry report in one line that Node ${old.version} is too old`, async () => {
  const refusal = `stats-service needs Node.js 22.19 or newer; this is Node.js ${old.version}.`;
  const served = await runCommand([old.path, BIN, 'serve']);
  assert.deepEqual(served, { code: 1, stdout: '', stderr: `${refusal}\n` });
  for (const loader of LOADERS.keys()) {
    const { stdout } = await runCommand([old.path, loader], { cwd: installed.path });
    assert.equal(stdout, `node-unsupported ${refusal}\n`.repeat(ENTRIES.length), loader);
  }
});

/** Installs the newest Node that matches a version from npm. */
async function installNode(wanted: string) {
  const directory = await installInto([`node@${wanted}`]);
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(directory.path, 'node_modules', 'node', 'bin', program);
  const { stdout } = await runCommand([path, '--version']);
  return { ...directory, path, version: stdout.trim().replace(/^v/, '') };
}
