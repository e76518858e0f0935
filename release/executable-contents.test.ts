import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { contentsOf, makeExecutable } from './support/executable.js';
import { ROOT } from './support/npm.js';
import { PLATFORM } from './stage.js';

const executable = await makeExecutable();
after(() => executable[Symbol.asyncDispose]());
const contents = await contentsOf(executable.file);

const PREBUILDS = join(ROOT, 'node_modules/better-sqlite3/prebuilds');

describe('the single executable holds', () => {
  test("the addon of its own platform, and no other's", async (t) => {
    const { size } = await stat(executable.file);
    t.diagnostic(
      `${(size / 2 ** 20).toFixed(1)} MiB, of which Node ${await megabytes(process.execPath)} MiB`,
    );
    const held = contents.paths.filter((path) => path.endsWith('.node'));
    assert.deepEqual(
      held.map((path) => path.split('/').at(-1)),
      [`${PLATFORM}.node`],
    );
    for (const name of await readdir(PREBUILDS)) {
      const addon = await readFile(join(PREBUILDS, name));
      const middle = addon.subarray(addon.length / 2, addon.length / 2 + 64);
      assert.equal(contents.includes(middle), name === `${PLATFORM}.node`, name);
    }
  });

  test('neither sources in TypeScript, nor tests, nor what only development needs', () => {
    const foreign =
      /\.([cm]?ts|tsx|map)$|^\/(src|test|bench|release|infra)\/|\/node_modules\/(typescript|esbuild|tsx|kysely)\//;
    assert.deepEqual(
      contents.paths.filter((path) => foreign.test(path.replace(/^.*?stats-service-package-[^/]*/, ''))),
      [],
    );
  });

  test('what its start needs', () => {
    for (const name of ['bin/stats-service.js', 'dist/src/cli/main.js', 'store/checkpoint-thread.cjs']) {
      assert.ok(
        contents.paths.some((path) => path.endsWith(name)),
        name,
      );
    }
  });
});

async function megabytes(file: string): Promise<string> {
  return ((await stat(file)).size / 2 ** 20).toFixed(1);
}
