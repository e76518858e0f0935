import assert from 'node:assert/strict';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PendingFile } from '../../src/cli/pending-file.js';
import { TestDirectory } from '../support/directory.js';

/** A new file that only needs to be kept. */
async function pendingAt(file: string, text: string): Promise<PendingFile> {
  const pending = await PendingFile.forNew(file);
  await writeFile(pending.path, text);
  return pending;
}

test('Exactly one of two pending files for the same path is kept; the other is rejected', async () => {
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'a.db');
  const both = [await pendingAt(file, '0'), await pendingAt(file, '1')];
  const ended = await Promise.allSettled(both.map((pending) => pending.keep()));
  const kept = ended.findIndex(({ status }) => status === 'fulfilled');
  const refused = ended[1 - kept];
  assert.ok(refused?.status === 'rejected');
  assert.equal(refused.reason.message, `${file} is there already; name another file.`);
  await both[1 - kept]?.discard();
  assert.equal(await readFile(file, 'utf8'), String(kept));
  assert.deepEqual(await directory.files(), ['a.db']);
});

test('A pending file never replaces a file or a dangling symlink that appeared meanwhile', async () => {
  await using directory = await TestDirectory.create();
  for (const [name, make] of [
    ['file', (path: string) => writeFile(path, 'old')],
    ['link', (path: string) => symlink('nowhere', path)],
  ] as const) {
    const file = join(directory.path, name);
    const pending = await pendingAt(file, 'new');
    await make(file);
    await assert.rejects(pending.keep(), { message: `${file} is there already; name another file.` });
    await pending.discard();
  }
  assert.deepEqual(await directory.files(), ['file', 'link']);
  assert.equal(await readFile(join(directory.path, 'file'), 'utf8'), 'old');
  await assert.rejects(readFile(join(directory.path, 'link')), { code: 'ENOENT' });
});
