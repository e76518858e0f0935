import type { AnyDatabase, DialectName } from './columns.js';
import { coursesAndSessions } from './0001-courses-and-sessions.js';

/** One step of the schema. It runs in a transaction with all others that are due. */
export interface Migration {
  readonly name: string;
  up(db: AnyDatabase, dialect: DialectName): Promise<void>;
  down(db: AnyDatabase, dialect: DialectName): Promise<void>;
}

/** In the order in which they are applied. A released migration never changes. */
export const migrations: readonly Migration[] = [coursesAndSessions];
