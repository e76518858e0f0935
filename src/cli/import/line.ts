import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { sessionChecker, StatsError } from '../../core/index.js';
import {
  faultsOf,
  type Entry,
  type LineFault,
  type Position,
  type ParsedLine,
  type Values,
} from './readers/entry.js';
import { withValue } from '../errors.js';
import { withDerivedIds } from './readers/fields.js';
import { rejected, type ImportResult } from './result.js';

/** The namespace of derived session ids. It must never change. */
const SESSION_ID_NAMESPACE = '5f2c3b0e-52a4-5d0b-9a3e-8c1f4f6f6d4e';

/** A session to record, or a line that is already rejected. */
export interface ImportLine extends Position {
  /** The values of the file; `undefined` for an invalid line. */
  readonly values: Values | undefined;
  /** The values with the id of the session. */
  readonly session: Values;
  /** Learner, course and session. Copies of a session have the same key. */
  readonly key: string;
  /** The names that a new course may have, the best first. Default: the `courseId` of the file. */
  readonly courseNames?: readonly string[];
  result: ImportResult | undefined;
}

/** A derived id must not depend on the time of the import. The target checks times with its own clock. */
const check = sessionChecker(() => Number.MAX_SAFE_INTEGER);

export interface IdOptions {
  /** Gives a session without id and time a new id at each import. */
  readonly newIds: boolean;
  /** The namespace of the ids that are derived from other texts. Default: such texts are rejected. */
  readonly idNamespace?: string | undefined;
  /** Returns the id of the course with a name. Default: the file has the ids of courses. */
  readonly courseIdOf?: ((name: string) => string | undefined) | undefined;
}

export function toImportLine(entry: Entry, ids: IdOptions): ImportLine {
  const unresolved = { values: undefined, session: {}, key: '', result: undefined };
  const identified = 'values' in entry ? withIds(entry.values, ids) : entry;
  if ('faults' in identified) return { ...unresolved, ...entry, result: rejected(identified.faults) };
  const session = identified.values;
  return { ...unresolved, ...entry, session, key: keyOf(session) };
}

function withIds(values: Values, { newIds, idNamespace, courseIdOf }: IdOptions): NonNullable<ParsedLine> {
  const { courseId } = values;
  if (!courseIdOf || typeof courseId !== 'string') {
    return withSessionId(withDerivedIds(values, idNamespace), newIds);
  }
  const found = courseIdOf(courseId.trim());
  if (found !== undefined) {
    return withSessionId(withDerivedIds({ ...values, courseId: found }, idNamespace), newIds);
  }
  const rule = 'must be the name of a course; add --create-courses to create it';
  return { faults: [{ field: 'courseId', detail: withValue(courseId, rule) }] };
}

/** Derives a missing id from learner, course and time, so that repeated imports are idempotent. */
function withSessionId(values: Values, newIds: boolean): NonNullable<ParsedLine> {
  const { sessionId = null, completedAt = null } = values;
  if (sessionId !== null) return { values };
  if (newIds && completedAt === null) return { values: { ...values, sessionId: uuidV7() } };
  const faults: LineFault[] = [];
  try {
    const checked = check({ ...values, sessionId: undefined });
    // A learner cannot complete two sessions of a course at once. Parsed values have one format.
    const name = `${checked.userId} ${checked.courseId} ${checked.completedAt}`.toLowerCase();
    if (completedAt !== null) return { values: { ...values, sessionId: uuidV5(name, SESSION_ID_NAMESPACE) } };
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    faults.push(...faultsOf(error));
  }
  const detail =
    'is required if completedAt is missing; add one of them, or use --new-ids to record a new session at each import';
  return { faults: completedAt === null ? [{ field: 'sessionId', detail }, ...faults] : faults };
}

/** Ignores ids that are not text. The target rejects them. */
function keyOf({ userId, courseId, sessionId }: Values): string {
  const ids = [userId, courseId, sessionId].map((id) => (typeof id === 'string' ? id : ''));
  return ids.join(' ').toLowerCase();
}
