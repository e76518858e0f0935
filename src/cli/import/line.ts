import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { sessionChecker, StatsError, type LearnerSession } from '../../core/index.js';
import { faultsOf, type Entry, type LineFault, type Position, type Values } from './readers/entry.js';
import { withValue } from '../errors.js';
import { withDerivedIds, type OnId } from './readers/fields.js';
import { rejected, type IdentifiedSession, type ImportResult } from './result.js';

/** The namespace of derived session ids. It must never change. */
const SESSION_ID_NAMESPACE = '5f2c3b0e-52a4-5d0b-9a3e-8c1f4f6f6d4e';

/** A session to record, or a line that is already rejected. */
export interface ImportLine extends Position, IdentifiedSession {
  /** The values of the file; `undefined` for an invalid line. */
  readonly values: Values | undefined;
  /** The values with the id of the session. The writer may replace the id. */
  session: Values;
  /** Learner, course and session. Copies of a session have the same key. */
  readonly key: string;
  result: ImportResult | undefined;
}

/** A derived id must not depend on the time of the import. The target checks times with its own clock. */
const check = sessionChecker(() => Number.MAX_SAFE_INTEGER);

export interface LineOptions {
  /** Gives a session without id and time a new id at each import. */
  readonly newIds: boolean;
  /** The namespace of the ids that are derived from other texts. Default: such texts are rejected. */
  readonly idNamespace?: string | undefined;
  /** Returns the id of the course with a name. Default: the file has the ids of courses. */
  readonly courseIdOf?: ((name: string) => string | undefined) | undefined;
  /** The values of fields that a line lacks. */
  readonly defaults?: Values | undefined;
  /** Records a session that has an id but no time as completed now. Default: it is rejected. */
  readonly completedNow?: boolean | undefined;
  readonly onId?: OnId | undefined;
  /** The lines are enrolments, which have no id of their own. */
  readonly isEnrolment?: boolean | undefined;
}

export function toImportLine(entry: Entry, options: LineOptions): ImportLine {
  const { values } = entry;
  const unreadable = 'faults' in entry ? entry.faults : [];
  const resolved = values && resolve(values, options);
  if (!resolved || unreadable.length + resolved.faults.length > 0) {
    const invalid = resolved?.faults ?? [];
    // The core has not checked a line with an unreadable cell.
    const others = resolved && invalid.length === 0 ? faultsIn(resolved.session) : invalid;
    const faults = firstOfEachField([...unreadable, ...others]);
    return { ...entry, values, session: {}, hasDerivedId: false, key: '', result: rejected(faults) };
  }
  const { session, hasDerivedId } = resolved;
  return { ...entry, values, session, hasDerivedId, key: keyOf(session), result: undefined };
}

/** A field that the reader rejects has a text that the core rejects too. */
function firstOfEachField(faults: readonly LineFault[]): readonly LineFault[] {
  return faults.filter(
    ({ field }, index) => field === undefined || faults.findIndex((fault) => fault.field === field) === index,
  );
}

const NONE: readonly LineFault[] = [];

interface Resolved {
  readonly session: Values;
  readonly hasDerivedId: boolean;
  readonly faults: readonly LineFault[];
}

function resolve(
  given: Values,
  { defaults, courseIdOf, idNamespace, onId, ...options }: LineOptions,
): Resolved {
  const values = withDefaults(given, defaults);
  const { courseId } = values;
  if (!courseIdOf || typeof courseId !== 'string') {
    return withSessionId(withDerivedIds(values, idNamespace, onId), options);
  }
  const name = courseId.trim();
  const found = courseIdOf(name);
  if (found !== undefined) {
    onId?.('course', name, found);
    return withSessionId(withDerivedIds({ ...values, courseId: found }, idNamespace, onId), options);
  }
  const rule = 'must be the name of a course; add --create-courses to create it';
  const faults = [{ field: 'courseId', detail: withValue(courseId, rule) }];
  return { session: values, hasDerivedId: false, faults };
}

/** A null takes the default, as an empty cell does. As a score it is a value: the session was not scored. */
function withDefaults(given: Values, defaults: Values = {}): Values {
  const missing = Object.entries(defaults).filter(
    ([field]) => given[field] === undefined || (given[field] === null && field !== 'averageScore'),
  );
  return missing.length === 0 ? given : { ...given, ...Object.fromEntries(missing) };
}

/** Derives a missing id from learner, course and time, so that repeated imports are idempotent. */
function withSessionId(
  session: Values,
  { newIds, completedNow = false, isEnrolment = false }: LineOptions,
): Resolved {
  const { sessionId = null, completedAt = null } = session;
  const identified = { session, hasDerivedId: false, faults: NONE };
  if (isEnrolment) return identified;
  if (sessionId !== null) {
    if (completedAt !== null || completedNow || newIds) return identified;
    const detail = 'is missing; add it, or use --completed-at now or --completed-at TIME';
    return { ...identified, faults: [{ field: 'completedAt', detail }, ...faultsIn(session)] };
  }
  if (newIds && completedAt === null) {
    return { ...identified, session: { ...session, sessionId: uuidV7() } };
  }
  const unidentified = { ...session, sessionId: undefined };
  if (completedAt === null) {
    const detail = completedNow
      ? 'is required with --completed-at now, because the next import would have another time; add it, or use --completed-at TIME or --new-ids'
      : 'is required if completedAt is missing; add one of them, or use --new-ids to record a new session at each import';
    return { ...identified, faults: [{ field: 'sessionId', detail }, ...faultsIn(unidentified)] };
  }
  const checked = checkedSession(unidentified);
  if ('faults' in checked) return { ...identified, faults: checked.faults };
  // A learner cannot complete two sessions of a course at once. Parsed values have one format.
  const name = `${checked.userId} ${checked.courseId} ${checked.completedAt}`.toLowerCase();
  const derived = uuidV5(name, SESSION_ID_NAMESPACE);
  return { ...identified, session: { ...session, sessionId: derived }, hasDerivedId: true };
}

function faultsIn(session: Values): readonly LineFault[] {
  const checked = checkedSession(session);
  return 'faults' in checked ? checked.faults : [];
}

function checkedSession(session: Values): LearnerSession | { readonly faults: readonly LineFault[] } {
  try {
    return check(session);
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    return { faults: faultsOf(error) };
  }
}

/**
 * Returns the session with an id that also depends on its content, to record it beside another session of the same
 * learner, course and time.
 */
export function withDistinctId(session: Values): Values {
  const { totalModulesStudied, averageScore, timeStudied, moduleIds = [] } = check(session);
  const content = JSON.stringify([totalModulesStudied, averageScore, timeStudied, moduleIds]);
  return {
    ...session,
    sessionId: uuidV5(`${String(session['sessionId'])} ${content}`, SESSION_ID_NAMESPACE),
  };
}

/** Ignores ids that are not text. The target rejects them. */
function keyOf({ userId, courseId, sessionId }: Values): string {
  const ids = [userId, courseId, sessionId].map((id) => (typeof id === 'string' ? id : ''));
  return ids.join(' ').toLowerCase();
}
