import { randomUUID } from 'node:crypto';
import { link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { COMPANIONS } from './database-files.js';

/** A file that appears whole or not at all: until it is kept, it stands beside its place under another name. */
export class PendingFile {
  readonly path: string;
  /** Whether it is to take the place of another, and what may be done with that. */
  readonly replaced: { readonly mode: number } | undefined;
  readonly #place: string;
  #mustBeNew = false;

  private constructor(place: string, replaced: PendingFile['replaced']) {
    this.path = join(dirname(place), `.stats-service-${randomUUID()}.tmp`);
    this.replaced = replaced;
    this.#place = place;
  }

  /** @throws where no file can be */
  static async for(file: string): Promise<PendingFile> {
    const place = resolve(file);
    const there = await statOf(place);
    if (there?.isDirectory()) throw new Error(`${file} is a folder.`);
    // A link goes on leading to the file.
    if (there) return new PendingFile(await realpath(place), { mode: there.mode & 0o777 });
    const folder = await statOf(dirname(place));
    if (!folder?.isDirectory()) throw new Error(`There is no folder ${dirname(place)} for ${file}.`);
    return new PendingFile(place, undefined);
  }

  /** @throws where no file can be, or something is there already, be it a link that leads nowhere */
  static async forNew(file: string): Promise<PendingFile> {
    const pending = await PendingFile.for(file);
    if (await lstat(file).catch(() => undefined)) throw thereAlready(file);
    pending.#mustBeNew = true;
    return pending;
  }

  /** On the disk, and then at its place. */
  async keep(): Promise<void> {
    await sync(this.path);
    await (this.#mustBeNew ? this.#linkNew() : rename(this.path, this.#place));
    // Without it a power cut may take the name back; not every system can.
    await sync(dirname(this.#place)).catch(() => undefined);
  }

  /** Unlike a rename, a link never replaces a file that has come since. */
  async #linkNew(): Promise<void> {
    try {
      await link(this.path, this.#place);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw thereAlready(this.#place);
      throw error;
    }
    // It is at its place, whatever becomes of its other name.
    await rm(this.path).catch(() => undefined);
  }

  async discard(): Promise<void> {
    for (const suffix of ['', ...COMPANIONS]) {
      // The error that made it useless is the one to tell.
      await rm(`${this.path}${suffix}`, { force: true }).catch(() => undefined);
    }
  }
}

function thereAlready(file: string): Error {
  return new Error(`${file} is there already; name another file.`);
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Of what the system says about a file, one line that names it. */
export function fileError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new Error(`${file} cannot be written.`, { cause: error });
}

/** What is there, or `undefined`; a place that cannot be looked at shows when it is written to. */
export async function statOf(path: string) {
  return stat(path).catch(() => undefined);
}

async function sync(path: string): Promise<void> {
  // Windows wants it to be writable, others take one that is only to be read.
  await using handle = await open(path, process.platform === 'win32' ? 'r+' : 'r');
  await handle.sync();
}
