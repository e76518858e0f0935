import type { Kysely, Transaction } from 'kysely';
import type { DialectName } from '../../../migrations/columns.js';
import { StatsError } from '../errors.js';
import type { Activity } from '../observer.js';
import type { Batches } from './batches/batches.js';
import type { DriverFault } from './driver-fault.js';
import type { Schema } from './schema.js';
import type { Snapshot } from './snapshot.js';

interface TransactionOptions {
  /** Whether its statements may take as long as they need. Default: false. */
  readonly unlimited?: boolean;
}

export interface CopyOptions {
  /** Told of each part that is copied, and of how much there is in all: bytes. */
  readonly onCopied?: ((bytes: number, total: number) => void) | undefined;
  /** Aborted to end early. */
  readonly signal?: AbortSignal | undefined;
}

/** An open database of either dialect. */
export interface Database {
  readonly dialect: DialectName;
  readonly kysely: Kysely<Schema>;
  /** For a short look that must not wait until others have ended, nor for long. */
  readonly probe: Kysely<Schema>;
  /** Runs the work in a transaction, which is rolled back where it throws. */
  readonly transact: <T>(
    work: (transaction: Transaction<Schema>) => Promise<T>,
    options?: TransactionOptions,
  ) => Promise<T>;
  /** Its statements may take as long as they need, and it may wait between them. */
  readonly beginSnapshot: () => Promise<Snapshot>;
  /** Where it is a file. */
  readonly copyTo?: (file: string, options: CopyOptions) => Promise<void>;
  readonly batches: Batches;
  faultOf(error: unknown): DriverFault | undefined;
  /** Where it has connections. */
  readonly connections?: () => NonNullable<Activity['connections']>;
  close(): Promise<void>;
}

/** The database itself or a transaction on it, so that queries compose. */
export type StoreContext = Pick<Database, 'dialect' | 'kysely'>;

export interface TransactionContext extends StoreContext {
  readonly kysely: Transaction<Schema>;
}

/** Runs writes in one transaction. */
export function inTransaction<T>(
  { dialect, transact }: Database,
  work: (context: TransactionContext) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return transact((kysely) => work({ dialect, kysely }), options);
}

export async function withDriverFaults<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw nameDriverFault(database, error);
  }
}

/** Gives driver errors that a caller can act on their name; anything else is a defect and stays as it is. */
export function nameDriverFault(database: Database, error: unknown): unknown {
  switch (database.faultOf(error)) {
    case 'locked':
    case 'unavailable':
      return new StatsError('database-unavailable', 'The database is unavailable or busy; try again.', {
        cause: error,
      });
    case 'unusable':
      return new StatsError('database-unusable', 'The database cannot be used.', { cause: error });
    default:
      return error;
  }
}
