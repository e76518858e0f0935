import type { AnyDatabase, DialectName } from './columns.js';

/** A migration of the schema. All pending migrations run in one transaction. */
export interface Migration {
  readonly name: string;
  /**
   * True if an older program must not run on the schema after this migration. Then all old processes must end
   * before a rollout, and a rollback must revert the migration first.
   */
  readonly isBreaking: boolean;
  up(db: AnyDatabase, dialect: DialectName): Promise<void>;
  down(db: AnyDatabase, dialect: DialectName): Promise<void>;
}
