import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFolder, type Folder } from './folder.js';
import { npm, ROOT } from './npm.js';

export interface Executable extends Folder {
  readonly file: string;
}

/** The single executable, made as a release makes it. */
export async function makeExecutable(): Promise<Executable> {
  const folder = await createFolder();
  const file = join(folder.path, process.platform === 'win32' ? 'stats-service.exe' : 'stats-service');
  await npm(['run', '--silent', 'package', '--', '--output', file], ROOT);
  return { ...folder, file };
}

export interface Contents {
  /** The paths of the files inside, as its own index names them. */
  readonly paths: readonly string[];
  includes(bytes: Buffer): boolean;
}

export async function contentsOf(file: string): Promise<Contents> {
  const bytes = await readFile(file);
  // The index is JSON between the bytes of Node and those of the files.
  const index = bytes.toString('latin1').matchAll(/"(\/[^"]+)":\{"size":\d+,"isFile":true/g);
  const paths = Array.from(index, ([, path = '']) => path);
  assert.ok(paths.length > 0, 'The executable has no index where it was.');
  return { paths, includes: (some) => bytes.includes(some) };
}
