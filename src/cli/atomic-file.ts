import { randomUUID } from 'node:crypto';
import { link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SIDECAR_SUFFIXES } from './database-files.js';

/** A file that is written under a temporary name in the target's directory until `commit` renames it. */
export class AtomicFile {
  readonly path: string;
  /** The file that `commit` replaces. */
  readonly replaced: { readonly mode: number } | undefined;
  readonly #target: string;
  #mustBeNew = false;

  private constructor(target: string, replaced: AtomicFile['replaced']) {
    this.path = join(dirname(target), `.stats-service-${randomUUID()}.tmp`);
    this.replaced = replaced;
    this.#target = target;
  }

  static async for(file: string): Promise<AtomicFile> {
    const target = resolve(file);
    const existing = await statOf(target);
    if (existing?.isDirectory()) throw new Error(`${file} is a directory; name a file in it.`);
    // A symbolic link is kept; the file behind it is replaced.
    if (existing) return new AtomicFile(await realpath(target), { mode: existing.mode & 0o777 });
    const directory = await statOf(dirname(target));
    if (!directory?.isDirectory()) {
      throw new Error(`The directory ${dirname(target)} for ${file} does not exist; create it first.`);
    }
    return new AtomicFile(target, undefined);
  }

  /** @throws if the path exists, even as a dangling link */
  static async forNew(file: string): Promise<AtomicFile> {
    const pending = await AtomicFile.for(file);
    if (await lstat(file).catch(() => undefined)) throw alreadyExists(file);
    pending.#mustBeNew = true;
    return pending;
  }

  async commit(): Promise<void> {
    await sync(this.path);
    await (this.#mustBeNew ? this.#linkNew() : rename(this.path, this.#target));
    // Without this sync, a power cut may undo the rename. Some systems cannot sync a directory.
    await sync(dirname(this.#target)).catch(() => undefined);
  }

  /** Links instead of renaming, because a rename replaces a file that was created in the meantime. */
  async #linkNew(): Promise<void> {
    try {
      await link(this.path, this.#target);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw alreadyExists(this.#target);
      throw error;
    }
    // The target is complete even if its temporary name remains.
    await rm(this.path).catch(() => undefined);
  }

  async discard(): Promise<void> {
    for (const suffix of ['', ...SIDECAR_SUFFIXES]) {
      // The caller has an earlier error to report.
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

/** Adds the name of the file to a system error. */
export function fileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new Error(`${file} cannot be written.`, { cause: error });
}

/** Returns `undefined` if the file is missing or cannot be examined; a later write reports the error. */
export async function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  // Windows requires a writable handle; other systems accept a read-only one.
  await using handle = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  await handle.sync();
}
