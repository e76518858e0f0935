import { open, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { isSameFile } from '../database-files.js';
import { UsageError } from '../errors.js';
import { visible, writeLine } from '../output.js';
import { describeFaults, type LineFault, type Place, type Values } from './readers/entry.js';

/** Lines that are printed; `--rejects` keeps all. */
const MAX_PRINTED = 10;
/** Characters that are buffered before they are written. */
const BLOCK = 64 * 1024;

interface RejectsOptions {
  readonly stderr: Writable;
  /** Receives each rejected line as a line of NDJSON. */
  readonly file: string | undefined;
  /** The files that are imported, which must not be overwritten; `-` is stdin. */
  readonly sources: readonly (string | undefined)[];
}

/** Prints the first rejected lines and writes all to a file. */
export class Rejects implements AsyncDisposable {
  readonly #options: RejectsOptions;
  readonly #file: FileHandle | undefined;
  #count = 0;
  #buffer = '';
  #written: Promise<unknown> = Promise.resolve();

  private constructor(options: RejectsOptions, file: FileHandle | undefined) {
    this.#options = options;
    this.#file = file;
  }

  static async open(options: RejectsOptions): Promise<Rejects> {
    const { file, sources } = options;
    if (file === undefined) return new Rejects(options, undefined);
    if ((await Promise.all(sources.map((source) => isSameFile(file, source)))).includes(true)) {
      throw new UsageError('--rejects would overwrite the imported file; name another file');
    }
    try {
      return new Rejects(options, await open(file, 'w', 0o600));
    } catch (error) {
      throw new Error(`${file} cannot be written`, { cause: error });
    }
  }

  get count(): number {
    return this.#count;
  }

  /** Prints and buffers a rejected line. */
  async add({ line, name, text }: Place, faults: readonly LineFault[], values?: Values): Promise<void> {
    if (this.#count++ < MAX_PRINTED) {
      writeLine(this.#options.stderr, visible(`${name ?? `line ${line}`}: ${describeFaults(faults)}`));
    }
    if (!this.#file) return;
    const content = values ? { values } : { text };
    this.#buffer += `${toJson({ line, faults, ...content }) ?? JSON.stringify({ line, faults })}\n`;
    // The next `flush` reports the error.
    if (this.#buffer.length >= BLOCK) await this.flush().catch(() => undefined);
  }

  /** One sentence about the rejected lines and courses. */
  describe(coursesRejected: number): string {
    const { file } = this.#options;
    const count = `${(this.#count + coursesRejected).toLocaleString('en')} rejected`;
    if (this.#count === 0) return `${count}.`;
    const notPrinted = this.#count - MAX_PRINTED;
    const more = notPrinted > 0 ? `; ${notPrinted.toLocaleString('en')} of them are not printed above` : '';
    const which = coursesRejected > 0 ? 'the sessions among them' : 'them';
    return `${count}${more}. ${file === undefined ? `--rejects FILE keeps ${which}` : `${file} has ${which}`}.`;
  }

  /** @throws the first error of writing a line */
  async flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    this.#written = this.#written.then(() => this.#append(text));
    await this.#written;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }

  async #append(text: string): Promise<void> {
    try {
      await this.#file?.appendFile(text);
    } catch (error) {
      throw new Error(`${this.#options.file} cannot be written`, { cause: error });
    }
  }
}

/** `undefined` for a value that can be parsed but is nested too deeply to be serialized. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
