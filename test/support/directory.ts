import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system in memory on Linux, where fsync is free. */
const SHARED_MEMORY = '/dev/shm';
/** Bytes that the test databases need. Containers often have only 64 MB. */
const REQUIRED_SPACE = 4 * 1024 ** 3;

export class TestDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param parent use `tmpdir()` for executables, because containers often mount /dev/shm noexec */
  static async create(parent = parentDirectory()): Promise<TestDirectory> {
    return new TestDirectory(await mkdtemp(join(parent, 'stats-service-test-')));
  }

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
  if (!existsSync(SHARED_MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(SHARED_MEMORY);
  return bavail * bsize >= REQUIRED_SPACE ? SHARED_MEMORY : tmpdir();
}
