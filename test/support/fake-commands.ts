import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FAKE = fileURLToPath(new URL('fake-command.sh', import.meta.url));

export interface FakeAnswer {
  readonly stdout?: string;
  readonly code?: number;
}

/** By a program and its first two arguments, in turn; the last is given from then on. */
export type Answers = Readonly<Record<string, readonly FakeAnswer[]>>;

export interface FakeCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: string;
}

/** A folder of programs that keep what they are called with and answer what is laid down. */
export class FakeCommands implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'stats-deploy-'));

  constructor(programs: readonly string[], answers: Answers) {
    for (const program of programs) copyFileSync(FAKE, join(this.folder, program));
    this.#write('calls/count', '0\n');
    const keys = Object.keys(answers).map((key, place) => `${key}\t${place}\n`);
    this.#write('answers/keys', keys.join(''));
    for (const [place, ofKey] of Object.values(answers).entries()) {
      this.#write(`answers/${place}/next`, '0\n');
      for (const [index, { stdout = '', code = 0 }] of ofKey.entries()) {
        this.#write(`answers/${place}/${index}`, stdout);
        this.#write(`answers/${place}/${index}.code`, `${code}\n`);
      }
    }
  }

  /** In the order in which they came. */
  calls(): FakeCall[] {
    return Array.from({ length: Number(this.#read('count')) }, (_, index) => {
      const [program = '', ...args] = this.#read(`${index + 1}.args`)
        .split('\0')
        .slice(0, -1);
      return { program, args, stdin: this.#read(`${index + 1}.stdin`) };
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  #write(name: string, content: string): void {
    const path = join(this.folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
  }

  #read(name: string): string {
    return readFileSync(join(this.folder, 'calls', name), 'utf8');
  }
}
