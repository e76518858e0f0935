/**
 * The suite runs in a few processes, its shards, because starting a process takes half a second per test
 * file. Each file in `test/shards` runs a part of the test files, except those in `test/faults`.
 */
import { globSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const TESTS = new URL('../', import.meta.url);
const SHARDS = new URL('../shards/', import.meta.url);

/** Registers the tests of the shard whose entry has this `import.meta.url`. */
export async function loadShard(entry: string): Promise<void> {
  const shards = readdirSync(SHARDS).toSorted();
  const shard = shards.indexOf(basename(entry));
  const files = globSync('**/*.test.ts', { cwd: fileURLToPath(TESTS), exclude: ['faults/**'] }).toSorted();
  // If all tests so far ended before the next file is loaded, Node would run the hooks of `after` then, and never again.
  const { promise: loaded, resolve } = Promise.withResolvers<void>();
  void test('All files of the shard are loaded', () => loaded);
  for (const file of files.filter((_, index) => index % shards.length === shard)) {
    await import(new URL(file, TESTS).href);
  }
  resolve();
}
