import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runNode } from '../test/support/cli.js';
import { CONSUMERS, PRINTED } from './support/consumers.js';
import { installInto, pack, ROOT } from './support/npm.js';

/** As strict as a compiler can be made, the package's own declarations included. */
const COMPILER = {
  module: 'nodenext',
  target: 'es2023',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};

await using packed = await pack();
const project = await installInto([packed.tarball]);
after(() => project[Symbol.asyncDispose]());

describe('a program in TypeScript', () => {
  before(async () => {
    await mkdir(join(project.path, 'node_modules/@types'), { recursive: true });
    const nodeTypes = join('node_modules', '@types', 'node');
    await symlink(join(ROOT, nodeTypes), join(project.path, nodeTypes), 'junction');
    for (const [name, text] of CONSUMERS) await writeFile(join(project.path, name), text);
    const config = { compilerOptions: COMPILER, files: [...CONSUMERS.keys()] };
    await writeFile(join(project.path, 'tsconfig.json'), JSON.stringify(config));
  });

  test('compiles in strict mode', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { code, stdout } = await runNode([tsc], { cwd: project.path });
    assert.equal(code, 0, stdout);
  });

  for (const [name, how] of [
    ['imports.mjs', 'import'],
    ['requires.cjs', 'require'],
  ] as const) {
    test(`runs with every entry by ${how}`, async () => {
      const { code, stdout, stderr } = await runNode([name], { cwd: project.path });
      assert.deepEqual([code, stderr, JSON.parse(stdout)], [0, '', PRINTED]);
    });
  }
});
