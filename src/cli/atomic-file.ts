import { randomUUID } from 'node:crypto';
import { link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { COMPANIONS } from './database-files.js';

/** A file that appears complete or not at all: it has a temporary name in the same directory until `commit`. */
export class AtomicFile {
  readonly path: string;
  /** The file that it replaces, if there is one. */
  readonly replaced: { readonly mode: number } | undefined;
  readonly #place: string;
  #mustBeNew = false;

  private constructor(place: string, replaced: AtomicFile['replaced']) {
    this.path = join(dirname(place), `.stats-service-${randomUUID()}.tmp`);
    this.replaced = replaced;
    this.#place = place;
  }

  /** @throws if the path cannot be a file */
  static async for(file: string): Promise<AtomicFile> {
    const place = resolve(file);
    const there = await statOf(place);
    if (there?.isDirectory()) throw new Error(`${file} is a directory.`);
    // A link keeps pointing to the file.
    if (there) return new AtomicFile(await realpath(place), { mode: there.mode & 0o777 });
    const directory = await statOf(dirname(place));
    if (!directory?.isDirectory()) {
      throw new Error(`The directory ${dirname(place)} for ${file} does not exist.`);
    }
    return new AtomicFile(place, undefined);
  }

  /** @throws if the path cannot be a file, or exists, even as a dangling link */
  static async forNew(file: string): Promise<AtomicFile> {
    const pending = await AtomicFile.for(file);
    if (await lstat(file).catch(() => undefined)) throw alreadyExists(file);
    pending.#mustBeNew = true;
    return pending;
  }

  /** Syncs the file to disk and then moves it to its path. */
  async commit(): Promise<void> {
    await sync(this.path);
    await (this.#mustBeNew ? this.#linkNew() : rename(this.path, this.#place));
    // Without it a power cut may undo the rename. Not every system supports it.
    await sync(dirname(this.#place)).catch(() => undefined);
  }

  /** Unlike a rename, a link never replaces a file that was created meanwhile. */
  async #linkNew(): Promise<void> {
    try {
      await link(this.path, this.#place);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw alreadyExists(this.#place);
      throw error;
    }
    // The file is complete even if its temporary name stays.
    await rm(this.path).catch(() => undefined);
  }

  async discard(): Promise<void> {
    for (const suffix of ['', ...COMPANIONS]) {
      // The caller reports the error that led here.
      await rm(`${this.path}${suffix}`, { force: true }).catch(() => undefined);
    }
  }
}

function alreadyExists(file: string): Error {
  return new Error(`${file} already exists; name another file.`);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** An error of the system about a file, as one line that names the file. */
export function fileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new Error(`${file} cannot be written.`, { cause: error });
}

/** `undefined` if nothing exists at the path. Other errors surface when the file is written. */
export async function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  // Windows requires a writable handle; other systems accept a read-only one.
  await using handle = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  await handle.sync();
}
