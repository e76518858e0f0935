import { open, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { UsageError } from '../errors.js';
import { visible, writeLine } from '../output.js';
import { isSame } from '../database-files.js';
import { written } from './json.js';
import { describeFaults, type LineFault, type Place, type Values } from './reading.js';

/** Lines that are told at once: a person reads no more. */
const TOLD = 10;
/** Characters that are gathered before they are written. */
const BLOCK = 64 * 1024;

interface RejectsOptions {
  readonly stderr: Writable;
  /** Takes each of them as a line of NDJSON. */
  readonly file: string | undefined;
  /** What is read, and must not be written over; `-` is stdin. */
  readonly sources: readonly (string | undefined)[];
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
    const { file, sources } = options;
    if (file === undefined) return new Rejects(options, undefined);
    if ((await Promise.all(sources.map((source) => isSame(file, source)))).includes(true)) {
      throw new UsageError('--rejects would write over what is imported; name another file');
    }
    try {
      return new Rejects(options, await open(file, 'w', 0o600));
    } catch (error) {
      throw new Error(`${file} cannot be written`, { cause: error });
    }
  }

  add({ line, name, text }: Place, faults: readonly LineFault[], values?: Values): void {
    if (this.#told++ < TOLD) {
      writeLine(this.#options.stderr, visible(`${name ?? `line ${line}`}: ${describeFaults(faults)}`));
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

  /** Resolves when there is little that waits to be written. */
  async drained(): Promise<void> {
    await this.#written;
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
    if (text !== '') this.#written = this.#written.then(() => this.#append(text));
    // Told by flush.
    this.#written.catch(() => undefined);
  }

  async #append(text: string): Promise<void> {
    try {
      await this.#file?.appendFile(text);
    } catch (error) {
      throw new Error(`${this.#options.file} cannot be written`, { cause: error });
    }
  }
}
