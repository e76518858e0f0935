import { execFileSync } from 'node:child_process';
import { TestDirectory } from './directory.js';

interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Requires that no process has a file open for writing. */
  makeReadOnly(): void;
}

export const NO_SMALL_DISK =
  process.platform === 'linux' && process.getuid?.() === 0 ? false : 'mounting a disk requires root on Linux';

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const directory = await TestDirectory.create();
  const { path } = directory;
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
  return {
    path,
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', path]),
    async [Symbol.asyncDispose]() {
      // A lazy unmount, because a process may still have a file open.
      execFileSync('umount', ['-l', path]);
      await directory[Symbol.asyncDispose]();
    },
  };
}
