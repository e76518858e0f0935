import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestDirectory } from './directory.js';
import { findProgram } from './program.js';

const bindfs = findProgram('bindfs');
const fusermount = findProgram('fusermount');

/** Pass it to `skip` of a test that uses `mountDirect`. */
export const NO_DIRECT_MOUNT =
  bindfs.skip || fusermount.skip || (canMount() ? false : 'FUSE is not permitted');

interface DirectMount extends AsyncDisposable {
  readonly path: string;
  /** The same files on a file system that can map shared memory. */
  readonly source: string;
}

/** Mounts a directory without shared memory maps, like a network file system. */
export async function mountDirect(): Promise<DirectMount> {
  const directory = await TestDirectory.create();
  const { source, path, unmount } = mountIn(directory.path);
  return {
    path,
    source,
    async [Symbol.asyncDispose]() {
      unmount();
      await directory[Symbol.asyncDispose]();
    },
  };
}

function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'stats-service-test-'));
  try {
    mountIn(directory).unmount();
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function mountIn(directory: string) {
  const [source, path] = [join(directory, 'source'), join(directory, 'mounted')];
  for (const each of [source, path]) mkdirSync(each);
  execFileSync(bindfs.path, ['-o', 'direct_io', source, path], { stdio: 'ignore' });
  return { source, path, unmount: () => void execFileSync(fusermount.path, ['-uz', path]) };
}
