import { execFileSync } from 'node:child_process';
import { TestDirectory } from './directory.js';

/** A file system of a few megabytes, in memory. */
interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** No process may have a file on it open for writing. */
  makeReadOnly(): void;
}

/** Why there can be none here, or `false`: for a test's `skip`. */
export const NO_SMALL_DISK =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'only root of Linux may mount a disk';

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const directory = await TestDirectory.create();
  const { path } = directory;
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  return {
    path,
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', path]),
    async [Symbol.asyncDispose]() {
      // Lazily, because a process may still have a file open.
      execFileSync('umount', ['-l', path]);
      await directory[Symbol.asyncDispose]();
    },
  };
}
