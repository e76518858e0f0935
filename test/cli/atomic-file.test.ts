import assert from 'node:assert/strict';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { AtomicFile } from '../../src/cli/atomic-file.js';
import { TestDirectory } from '../support/directory.js';

async function pendingAt(file: string, text: string): Promise<AtomicFile> {
  const pending = await AtomicFile.forNew(file);
  await writeFile(pending.path, text);
  return pending;
}

test('Exactly one of two atomic files for the same path is committed; the other is rejected', async () => {
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'a.db');
  const both = [await pendingAt(file, '0'), await pendingAt(file, '1')];
  const ended = await Promise.allSettled(both.map((pending) => pending.commit()));
  const kept = ended.findIndex(({ status }) => status === 'fulfilled');
  const refused = ended[1 - kept];
  assert.ok(refused?.status === 'rejected');
  assert.equal(refused.reason.message, `${file} already exists; name another file.`);
  await both[1 - kept]?.discard();
  assert.equal(await readFile(file, 'utf8'), String(kept));
  assert.deepEqual(await directory.files(), ['a.db']);
});

test('An atomic file never replaces a file or a dangling symlink that appeared meanwhile', async () => {
  await using directory = await TestDirectory.create();
  for (const [name, make] of [
    ['file', (path: string) => writeFile(path, 'old')],
    ['link', (path: string) => symlink('nowhere', path)],
  ] as const) {
    const file = join(directory.path, name);
    const pending = await pendingAt(file, 'new');
    await make(file);
    await assert.rejects(pending.commit(), { message: `${file} already exists; name another file.` });
    await pending.discard();
  }
  assert.deepEqual(await directory.files(), ['file', 'link']);
  assert.equal(await readFile(join(directory.path, 'file'), 'utf8'), 'old');
  await assert.rejects(readFile(join(directory.path, 'link')), { code: 'ENOENT' });
});
