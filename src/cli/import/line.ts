import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { sessionChecker, StatsError } from '../../core/index.js';
import {
  faultsOf,
  type Entry,
  type LineFault,
  type Place,
  type Reading,
  type Values,
} from './readers/entry.js';
import { rejected, type ImportResult } from './result.js';

/** The namespace of derived ids; it must never change. */
const DERIVED = '5f2c3b0e-52a4-5d0b-9a3e-8c1f4f6f6d4e';

/** A line that is rejected already, or a session to be recorded. */
export interface ImportLine extends Place {
  /** The values as the file has them; `undefined` for an unreadable line. */
  readonly values: Values | undefined;
  /** The values with the id of the session. */
  readonly session: Values;
  /** Learner, course and session: copies of a session have the same key. */
  readonly key: string;
  result: ImportResult | undefined;
}

/** The target applies its own clock; a derived id must not depend on the time of the import. */
const check = sessionChecker(() => Number.MAX_SAFE_INTEGER);

/** @param newIds true if a session without an id and a time gets a new id with each import */
export function toImportLine(entry: Entry, newIds: boolean): ImportLine {
  const open = { values: undefined, session: {}, key: '', result: undefined };
  const identified = 'values' in entry ? withSessionId(entry.values, newIds) : entry;
  if ('faults' in identified) return { ...open, ...entry, result: rejected(identified.faults) };
  const session = identified.values;
  return { ...open, ...entry, session, key: keyOf(session) };
}

/** Derives a missing id from learner, course and time, so that a repeated import counts the session once. */
function withSessionId(values: Values, newIds: boolean): NonNullable<Reading> {
  const { sessionId = null, completedAt = null } = values;
  if (sessionId !== null) return { values };
  if (newIds && completedAt === null) return { values: { ...values, sessionId: uuidV7() } };
  const faults: LineFault[] = [];
  try {
    const checked = check({ ...values, sessionId: undefined });
    // One learner completes one session of a course at a time. The id is the same however the values are written.
    const name = `${checked.userId} ${checked.courseId} ${checked.completedAt}`.toLowerCase();
    if (completedAt !== null) return { values: { ...values, sessionId: uuidV5(name, DERIVED) } };
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    faults.push(...faultsOf(error));
  }
  const rule = 'is required if completedAt is missing; --new-ids records a new session each time';
  return { faults: completedAt === null ? [{ field: 'sessionId', rule }, ...faults] : faults };
}

/** A value that is not text is not an id; the target rejects it. */
function keyOf({ userId, courseId, sessionId }: Values): string {
  const ids = [userId, courseId, sessionId].map((id) => (typeof id === 'string' ? id : ''));
  return ids.join(' ').toLowerCase();
}
