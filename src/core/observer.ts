import type { ErrorCode } from './errors.js';

/** The kinds of calls that are coalesced into batches. */
export type QueueName = 'record' | 'stats' | 'session';

/** The current load of an open database. */
export interface Activity {
  /** Calls in flight. */
  readonly calls: number;
  /** Queued calls, by kind. */
  readonly waiting: Readonly<Record<QueueName, number>>;
  /** Connections of the Postgres pool. */
  readonly connections?: { readonly open: number; readonly idle: number; readonly awaited: number };
}

/** Receives events of an open database, for example for metrics. Exceptions are ignored. */
export interface Observer {
  /** Called once when the database is open. */
  opened(activity: () => Activity): void;
  /** Called when a batch starts. */
  batch(queue: QueueName, size: number): void;
  /** Called when a call fails because of the database. */
  databaseError(code: ErrorCode): void;
}

/** An observer whose exceptions are ignored. */
export function withoutErrors(observer: Observer): Observer {
  return {
    opened: (activity) => ignoringErrors(() => observer.opened(activity)),
    batch: (queue, size) => ignoringErrors(() => observer.batch(queue, size)),
    databaseError: (code) => ignoringErrors(() => observer.databaseError(code)),
  };
}

export function ignoringErrors(notify: () => void): void {
  try {
    notify();
  } catch {}
}
