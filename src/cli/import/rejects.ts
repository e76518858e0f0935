import { open, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { escapeControls, writeLine } from '../output.js';
import { FaultKinds } from './fault-kinds.js';
import {
  describeFaults,
  describePosition,
  type LineFault,
  type Position,
  type Values,
} from './readers/entry.js';
import { assertNotImported } from './readers/source.js';

/** Rejected lines that are printed as examples. `--rejects` writes all of them. */
const MAX_PRINTED = 10;
/** Characters per write. */
const BUFFER_SIZE = 64 * 1024;

interface RejectsOptions {
  readonly stderr: Writable;
  /** The path of an NDJSON file for the rejected lines. */
  readonly file: string | undefined;
  /** The imported files, which must not be overwritten. `-` is stdin. */
  readonly sources: readonly (string | undefined)[];
  /** True if ids are derived from other texts. */
  readonly derivesIds: boolean;
}

/** Counts the rejected lines by kind of fault, keeps the first ones to print, and writes all of them to a file. */
export class Rejects implements AsyncDisposable {
  readonly #options: RejectsOptions;
  readonly #file: FileHandle | undefined;
  readonly #kinds = new FaultKinds();
  readonly #examples: string[] = [];
  #count = 0;
  #hasForeignIds = false;
  #buffer = '';
  #written: Promise<unknown> = Promise.resolve();

  private constructor(options: RejectsOptions, file: FileHandle | undefined) {
    this.#options = options;
    this.#file = file;
  }

  static async open(options: RejectsOptions): Promise<Rejects> {
    const { file, sources } = options;
    if (file === undefined) return new Rejects(options, undefined);
    await assertNotImported('--rejects', file, sources);
    try {
      return new Rejects(options, await open(file, 'w', 0o600));
    } catch (error) {
      throw new Error(`${file} cannot be written.`, { cause: error });
    }
  }

  get count(): number {
    return this.#count;
  }

  async add(position: Position, faults: readonly LineFault[], values?: Values): Promise<void> {
    const { line, text } = position;
    this.#hasForeignIds ||=
      !this.#options.derivesIds &&
      faults.some(({ field, detail }) => field?.endsWith('Id') && detail.includes('UUID'));
    this.#kinds.add(faults);
    if (this.#count++ < MAX_PRINTED) {
      this.#examples.push(`${describePosition(position)}: ${describeFaults(faults)}`);
    }
    if (!this.#file) return;
    const content = values ? { values } : { text };
    this.#buffer += `${toJson({ line, faults, ...content }) ?? JSON.stringify({ line, faults })}\n`;
    // The next `flush` throws the error.
    if (this.#buffer.length >= BUFFER_SIZE) await this.flush().catch(() => undefined);
  }

  /** Prints the first rejected lines. If there are more, their kinds come first. */
  print(): void {
    const kinds = this.#count > MAX_PRINTED ? this.#kinds.describe() : [];
    for (const text of [...kinds, ...this.#examples]) writeLine(this.#options.stderr, escapeControls(text));
  }

  describe(coursesRejected: number): string {
    const { file } = this.#options;
    const count = `${(this.#count + coursesRejected).toLocaleString('en')} rejected`;
    if (this.#count === 0) return `${count}.`;
    const more = this.#count > MAX_PRINTED ? `; only the first ${MAX_PRINTED} lines are printed above` : '';
    const advice =
      file === undefined
        ? 'Add --rejects FILE to keep the rejected lines.'
        : `The rejected lines are in ${file}.`;
    const ids = this.#hasForeignIds ? ' Add --derive-ids to import ids that are not UUIDs.' : '';
    return `${count}${more}. ${advice}${ids}`;
  }

  /** @throws the first error of all writes */
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
      throw new Error(`${this.#options.file} cannot be written.`, { cause: error });
    }
  }
}

/** Returns `undefined` for a value that is nested too deeply to be serialized. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
