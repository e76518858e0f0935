import type { ErrorCode } from './errors.js';

/** What is gathered before it is done. */
export type QueueName = 'record' | 'stats' | 'session';

/** What an open database is busy with at this moment. */
export interface Activity {
  /** Calls under way. */
  readonly calls: number;
  /** How many of them wait for their turn, by what they ask for. */
  readonly waiting: Readonly<Record<QueueName, number>>;
  /** Connections to Postgres. */
  readonly connections?: { readonly open: number; readonly idle: number; readonly awaited: number };
}

/** Told of what happens on a database that is open, so that others can watch. What it throws is lost. */
export interface Observer {
  /** Once, when the database is open. */
  opened(activity: () => Activity): void;
  /** When a batch begins. */
  batch(queue: QueueName, size: number): void;
  /** When a call fails because of the database. */
  trouble(code: ErrorCode): void;
}

/** An observer that fails must not fail what it watches. */
export function unharming(observer: Observer): Observer {
  return {
    opened: (activity) => observer.opened(activity),
    batch: (queue, size) => ignoringErrors(() => observer.batch(queue, size)),
    trouble: (code) => ignoringErrors(() => observer.trouble(code)),
  };
}

export function ignoringErrors(tell: () => void): void {
  try {
    tell();
  } catch {}
}
