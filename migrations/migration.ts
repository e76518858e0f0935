import type { AnyDatabase, DialectName } from './columns.js';

/** One step of the schema. It runs in a transaction with all others that are due. */
export interface Migration {
  readonly name: string;
  /**
   * Whether a program that does not know this step must not run on the schema after it. Then a rollout needs all
   * of the old processes to end before it, and going back needs the step taken back.
   */
  readonly isBreaking: boolean;
  up(db: AnyDatabase, dialect: DialectName): Promise<void>;
  down(db: AnyDatabase, dialect: DialectName): Promise<void>;
}
