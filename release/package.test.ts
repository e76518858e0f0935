import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import * as z from 'zod';
import { runCommand } from '../test/support/cli.js';
import { pack, ROOT, shellEnvironment } from './support/npm.js';

const manifestSchema = z.looseObject({ scripts: z.record(z.string(), z.string()).default({}) });

const packed = await pack();
after(() => packed[Symbol.asyncDispose]());

test('The packed package contains the program, its types and its documents, and no other files', () => {
  const allowed = [
    /^(package\.json|README\.md|CHANGELOG\.md)$/,
    /^bin\/stats-service\.js$/,
    /^dist\/(version\.js|THIRD-PARTY-NOTICES)$/,
    /^dist\/(dashboard|docs)\/[a-z-]+\.(html|css|js|svg|png)$/,
    /^dist\/(src|migrations)\/.*(?<!\.test)(\.d\.ts|\.js)$/,
  ];
  assert.deepEqual(
    packed.files.filter((path) => !allowed.some((pattern) => pattern.test(path))),
    [],
  );
  for (const pattern of allowed) {
    assert.ok(
      packed.files.some((path) => pattern.test(path)),
      String(pattern),
    );
  }
});

test('The package has no install scripts', async () => {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const run = ['preinstall', 'install', 'postinstall', 'prepare'];
  assert.deepEqual(
    run.filter((name) => name in manifest.scripts),
    [],
  );
});

test('The packed package passes publint', async () => {
  const tarball = new Uint8Array(await readFile(packed.tarball)).buffer;
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test('The types of the packed package are correct for import and require', async () => {
  // The package is ESM only. The rule does not apply, because every supported Node can require ESM.
  const options = ['--profile', 'node16', '--ignore-rules', 'cjs-resolves-to-esm', '--format', 'ascii'];
  const attw = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const { code, stdout } = await runCommand([process.execPath, attw, packed.tarball, ...options], {
    env: shellEnvironment(),
  });
  assert.equal(code, 0, stdout);
});
