import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { UsageError } from '../errors.js';
import { visible, writeLine } from '../output.js';
import { describeFaults } from './line-faults.js';
import { written } from './ndjson.js';
import type { Entry, LineFault, Values } from './reading.js';

/** Lines that are told at once: a person reads no more. */
const TOLD = 10;
/** Characters that are gathered before they are written. */
const BLOCK = 64 * 1024;

export interface RejectsOptions {
  readonly stderr: Writable;
  /** Takes each of them as a line of NDJSON. */
  readonly file: string | undefined;
  /** What is read, and must not be written over. */
  readonly source: string | undefined;
}

/** The lines that were refused: the first are told, all are kept. */
export class Rejects implements AsyncDisposable {
  readonly #options: RejectsOptions;
  readonly #file: FileHandle | undefined;
  #told = 0;
  #waiting = '';
  #written: Promise<unknown> = Promise.resolve();

  private constructor(options: RejectsOptions, file: FileHandle | undefined) {
    this.#options = options;
    this.#file = file;
  }

  static async open(options: RejectsOptions): Promise<Rejects> {
    const { file, source } = options;
    if (file === undefined) return new Rejects(options, undefined);
    if (source !== undefined && (await isSame(file, source))) {
      throw new UsageError('--rejects would write over what is imported; name another file');
    }
    try {
      return new Rejects(options, await open(file, 'w', 0o600));
    } catch (error) {
      throw new Error(`${file} cannot be written`, { cause: error });
    }
  }

  add({ line, text }: Entry, faults: readonly LineFault[], values?: Values): void {
    if (this.#told++ < TOLD) {
      writeLine(this.#options.stderr, visible(`line ${line}: ${describeFaults(faults)}`));
    }
    if (!this.#file) return;
    const said = values ? { values } : { text };
    this.#waiting += `${written({ line, faults, ...said }) ?? JSON.stringify({ line, faults })}\n`;
    if (this.#waiting.length >= BLOCK) this.#write();
  }

  /** How many were not told. */
  get untold(): number {
    return Math.max(0, this.#told - TOLD);
  }

  /** Resolves when what was added is written; it rejects where it could not be. */
  async flush(): Promise<void> {
    this.#write();
    await this.#written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  #write(): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (text !== '') this.#written = this.#written.then(() => this.#file?.appendFile(text));
    // Told by flush.
    this.#written.catch(() => undefined);
  }
}

async function isSame(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(one), stat(other)]);
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}
