import assert from 'node:assert/strict';
import { cpSync, existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

/** Follows a COPY, whose words are those after the keyword. */
export function copyInto(
  stage: { readonly folder: string; readonly workdir: string },
  words: readonly string[],
  folderOf: (stage?: string) => string | undefined,
): void {
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const source = folderOf(from);
  assert.ok(source, `There is no stage ${from}.`);
  const paths = words.filter((word) => !word.startsWith('--'));
  const target = paths.at(-1) ?? '';
  for (const path of paths.slice(0, -1)) {
    const file = join(source, path);
    assert.ok(existsSync(file), `COPY ${path}: it is not in the context.`);
    const intoFolder = target.endsWith('/') && !statSync(file).isDirectory();
    const place = join(stage.folder, resolve(stage.workdir, target), intoFolder ? basename(path) : '');
    cpSync(file, place, { recursive: true, verbatimSymlinks: true });
  }
}
