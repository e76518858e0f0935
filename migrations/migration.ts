import type { AnyDatabase, DialectName } from './columns.js';

/** One step of the schema. It runs in a transaction with all others that are due. */
export interface Migration {
  readonly name: string;
  up(db: AnyDatabase, dialect: DialectName): Promise<void>;
  down(db: AnyDatabase, dialect: DialectName): Promise<void>;
}
