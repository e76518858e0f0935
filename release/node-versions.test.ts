import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import * as z from 'zod';
import { runCommand } from '../test/support/cli.js';
import { createDatabase } from '../test/support/databases.js';
import { installNode } from './support/node.js';
import { installInto, pack, ROOT } from './support/npm.js';
import { assertWorks } from './support/round-trip.js';

const manifestSchema = z.looseObject({ engines: z.object({ node: z.string().startsWith('>=') }) });
const { engines } = manifestSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));

/** The oldest that is promised, and the newest of each line that is kept up. */
const SUPPORTED = [`${engines.node.slice('>='.length)}.0`, '22', '24', '26'];
const TOO_OLD = '20';

await using packed = await pack();
const installed = await installInto([packed.tarball]);
const BIN = join(installed.path, 'node_modules', 'stats-service', 'bin', 'stats-service.js');

const ENTRIES = ['stats-service', 'stats-service/client', 'stats-service/server'];

/** Loads every entry, and tells of each what came of it. */
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

// All of them before the first test: what waits between tests lets the runner end.
const nodes = await Promise.all(SUPPORTED.map(installNode));
const old = await installNode(TOO_OLD);
after(() => Promise.all([installed, old, ...nodes].map((folder) => folder[Symbol.asyncDispose]())));

for (const node of nodes) {
  describe(`on Node ${node.version} the installed package`, () => {
    test('serves, records and tells stats on SQLite', async () => {
      await using database = await createDatabase('sqlite');
      await assertWorks({ command: [node.path, BIN], cwd: installed.path }, database.url);
    });

    for (const loader of LOADERS.keys()) {
      test(`is loaded by ${loader}`, async () => {
        const { stdout } = await runCommand([node.path, loader], { cwd: installed.path });
        assert.equal(stdout, 'loaded\n'.repeat(ENTRIES.length));
      });
    }
  });
}

describe(`on Node ${old.version}`, () => {
  const refusal = `stats-service needs Node.js 22.19 or newer; this is Node.js ${old.version}.`;

  test('the program says in one line what it needs', async () => {
    assert.deepEqual(await runCommand([old.path, BIN, 'serve']), {
      code: 1,
      stdout: '',
      stderr: `${refusal}\n`,
    });
  });

  for (const loader of LOADERS.keys()) {
    test(`every entry says the same to ${loader}`, async () => {
      const { stdout } = await runCommand([old.path, loader], { cwd: installed.path });
      assert.equal(stdout, `node-unsupported ${refusal}\n`.repeat(ENTRIES.length));
    });
  }
});
