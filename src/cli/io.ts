import type { Writable } from 'node:stream';

/** What a command gets from its surroundings; the program itself reads neither the environment nor the clock. */
export interface Io {
  readonly stdin: AsyncIterable<Buffer>;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person looks at stdout. */
  readonly terminal: boolean;
  /** Whether a person looks at stderr. */
  readonly stderrTerminal: boolean;
  /** Asks the user and waits for the answer; only on a terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** Of the package. */
  readonly version: string;
  /** Aborted when the user or the system wants the program to end. */
  readonly signal: AbortSignal;
}
