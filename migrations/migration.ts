import type { AnyDatabase, DialectName } from './columns.js';

/** One step of the schema. It runs in one transaction with all other pending steps. */
export interface Migration {
  readonly name: string;
  /**
   * True if a program that does not know this step must not run on the schema after it. Then all old processes must end
   * before a rollout, and a rollback must revert the step first.
   */
  readonly isBreaking: boolean;
  up(db: AnyDatabase, dialect: DialectName): Promise<void>;
  down(db: AnyDatabase, dialect: DialectName): Promise<void>;
}
