import type { DatabaseName } from '../cells.js';

/** A database server or a folder of files. */
export interface Databases {
  readonly name: DatabaseName;
  /** A new database with the schema and the statements run; the URL of it. */
  create(statements: readonly string[]): Promise<string>;
  /** Adds to a database that no server uses meanwhile. */
  run(url: string, statements: readonly string[]): Promise<void>;
  copy(url: string): Promise<string>;
  drop(url: string): Promise<void>;
  close(): Promise<void>;
}
