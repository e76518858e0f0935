import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux's file system in memory. Syncing a file there costs nothing, and the tests sync thousands of them. */
const MEMORY = '/dev/shm';
/** Bytes. Containers often have only 64 MB there, but the test databases need more. */
const ENOUGH = 4 * 1024 ** 3;

/** A new, empty directory that is removed with everything in it. */
export class TestDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param parent where it is created; `tmpdir()` for programs, because containers often mount /dev/shm noexec */
  static async create(parent = parentDirectory()): Promise<TestDirectory> {
    return new TestDirectory(await mkdtemp(join(parent, 'stats-service-test-')));
  }

  /** Writes a file; its path. */
  async write(name: string, content: string | Buffer): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, content);
    return path;
  }

  read(name: string): Promise<string> {
    return readFile(join(this.path, name), 'utf8');
  }

  files(): Promise<string[]> {
    return readdir(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

function parentDirectory(): string {
  if (!existsSync(MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ENOUGH ? MEMORY : tmpdir();
}
