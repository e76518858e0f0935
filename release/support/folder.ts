import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folder extends AsyncDisposable {
  readonly path: string;
}

/** A folder of its own, that is removed with everything in it. */
export async function createFolder(): Promise<Folder> {
  // Compilers and npm resolve links, and compare paths.
  const path = await realpath(await mkdtemp(join(tmpdir(), 'stats-service-release-')));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
