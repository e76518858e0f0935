/**
 * The suite runs in a few processes, its shards, because starting Node and loading the product takes each test file half
 * a second. The files of `test/shards` are the entries; the test files, except those of `test/faults`, are dealt to them in
 * turn.
 */
import { globSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const TESTS = new URL('../', import.meta.url);
const SHARDS = new URL('../shards/', import.meta.url);

/** Registers the tests of a shard; pass the `import.meta.url` of its entry. */
export async function loadShard(entry: string): Promise<void> {
  const shards = readdirSync(SHARDS).toSorted();
  const shard = shards.indexOf(basename(entry));
  const files = globSync('**/*.test.ts', { cwd: fileURLToPath(TESTS), exclude: ['faults/**'] }).toSorted();
  for (const file of files.filter((_, index) => index % shards.length === shard)) {
    await import(new URL(file, TESTS).href);
  }
}
