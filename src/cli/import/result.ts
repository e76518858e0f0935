import { StatsError } from '../../core/index.js';
import { isCourseRefused, withValue } from '../errors.js';
import type { Io } from '../io.js';
import { writeFields, writeJson } from '../output.js';
import type { CoursesTally } from './courses.js';
import type { ImportOptions } from './options.js';
import { describeUndeclared } from '../undeclared.js';
import { faultsOf, type LineFault, type Values } from './readers/entry.js';
import { SessionIdSet } from './session-ids.js';
import type { StatementsTally } from './xapi/reader.js';

/** A session with its id. */
export interface IdentifiedSession {
  /** The values of the file; `undefined` for an invalid line. */
  readonly values?: Values | undefined;
  readonly session: Values;
  /** True if the id of the session is derived from learner, course and time. */
  readonly hasDerivedId: boolean;
  /** The names that a new course may have, the best first. Default: the `courseId` of the file. */
  readonly courseNames?: readonly string[];
}

/** The result of a line, which a dry run predicts. */
export type ImportResult =
  | { readonly outcome: 'created' | 'replayed' | 'replaced' | 'skipped' }
  | {
      readonly outcome: 'rejected';
      readonly reason: 'conflict' | 'invalid';
      readonly faults: readonly LineFault[];
    };

export function rejected(faults: readonly LineFault[]): ImportResult {
  return { outcome: 'rejected', reason: 'invalid', faults };
}

interface RejectionOptions {
  readonly onConflict: ImportOptions['onConflict'];
  readonly createsCourses: boolean;
}

/** Returns the result of a line that would replace a session which another line of the file has recorded. */
export function sameTimeConflict({ session }: IdentifiedSession): ImportResult {
  const rule =
    'must differ from that of another line of the file, which has the same learner and course, but other content; add a sessionId to each of them';
  const faults = [{ field: 'completedAt', detail: withValue(session['completedAt'], rule) }];
  return { outcome: 'rejected', reason: 'conflict', faults };
}

/** Returns the result of a session that caused an error; `undefined` if the session is not the cause. */
export function rejectionOf(
  error: unknown,
  line: IdentifiedSession,
  { onConflict, createsCourses }: RejectionOptions,
): ImportResult | undefined {
  if (!(error instanceof StatsError)) return undefined;
  if (error.code === 'session-conflict') {
    if (onConflict === 'skip') return { outcome: 'skipped' };
    return { outcome: 'rejected', reason: 'conflict', faults: conflictFaults(line) };
  }
  if (error.code === 'course-not-found') {
    const advice = createsCourses
      ? 'it was not created, because another course has its name; add --course-by-name'
      : 'add --create-courses to create it';
    const rule = `must be the id of an existing course; ${advice}`;
    return rejected([{ field: 'courseId', detail: withValue(givenCourse(line), rule) }]);
  }
  return error.kind === 'invalid' || isCourseRefused(error) ? rejected(faultsOf(error)) : undefined;
}

/** Returns the course of the line in the file: its id, a text from which its id is derived, or its name. */
export function givenCourse({ values, session, courseNames }: IdentifiedSession): string {
  return courseNames?.at(-1) ?? String(values?.['courseId'] ?? session['courseId']).trim();
}

function conflictFaults({ values, session, hasDerivedId }: IdentifiedSession): readonly LineFault[] {
  if (hasDerivedId) {
    const rule =
      'must differ from that of another session of this learner and course, which has other content; add --same-time distinct to record both, or --on-conflict replace or skip';
    return [{ field: 'completedAt', detail: withValue(session['completedAt'], rule) }];
  }
  const rule = 'must be new, or the content must equal the stored content; add --on-conflict replace or skip';
  return [{ field: 'sessionId', detail: withValue(values?.['sessionId'] ?? session['sessionId'], rule) }];
}

/** Modules to remember, so that their number does not determine the memory of an import. */
const MAX_STUDIED = 100_000;

export class ImportTally {
  readonly counts = { created: 0, replayed: 0, repeated: 0, conflict: 0, invalid: 0, replaced: 0 };
  /** Each line to this one has a result. */
  lastLine = 0;
  /** The modules of the recorded sessions, by course. */
  readonly studied = new Map<string, Set<string>>();
  #studiedCount = 0;
  /** The derived ids of the sessions that this import created. */
  readonly #created = new SessionIdSet();
  /** The statements that sessions were derived from; `undefined` for other formats. */
  statements: StatementsTally | undefined;

  add(result: ImportResult, line: IdentifiedSession): void {
    const { courseId, moduleIds } = line.session;
    if (result.outcome !== 'rejected' && Array.isArray(moduleIds))
      this.#addModules(String(courseId), moduleIds);
    if (result.outcome === 'rejected') this.counts[result.reason]++;
    else if (this.#isRepeated(result, line)) this.counts.repeated++;
    else this.counts[result.outcome === 'skipped' ? 'conflict' : result.outcome]++;
  }

  /** Returns true for a line that this import has already recorded from another line of the file. */
  #isRepeated({ outcome }: ImportResult, { session, hasDerivedId }: IdentifiedSession): boolean {
    if (!hasDerivedId || (outcome !== 'created' && outcome !== 'replayed')) return false;
    if (outcome === 'replayed') return this.#created.has(session);
    this.#created.add(session);
    return false;
  }

  #addModules(courseId: string, moduleIds: readonly unknown[]): void {
    const studied = this.studied.get(courseId) ?? new Set();
    this.studied.set(courseId, studied);
    for (const id of moduleIds) {
      if (this.#studiedCount === MAX_STUDIED || studied.has(String(id))) continue;
      studied.add(String(id));
      this.#studiedCount++;
    }
  }

  get lines(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }
}

export function writeSummary(
  io: Io,
  { json, dryRun, onConflict, enrolments }: ImportOptions,
  tally: ImportTally,
  courses: CoursesTally,
  undeclared: readonly string[] = [],
): void {
  const { replaced, ...ofSessions } = tally.counts;
  const { created, invalid } = ofSessions;
  // Enrolments are never replayed and have no conflicts.
  const counts = enrolments === undefined ? ofSessions : { created, replaced, invalid };
  const { statements } = tally;
  const summary = {
    ...(statements && {
      statements: statements.read,
      statementsRepeated: statements.repeated,
      statementsVoided: statements.voided,
      statementsOfOtherVerbs: statements.ofOtherVerbs,
    }),
    lines: tally.lines,
    ...counts,
    ...(onConflict === 'replace' && { replaced }),
  };
  if (json) {
    const { created: coursesCreated, existing: coursesExisting, rejected: coursesRejected } = courses;
    const undeclaredModules = undeclared.length;
    writeJson(io.stdout, {
      ...summary,
      coursesCreated,
      coursesExisting,
      coursesRejected,
      undeclaredModules,
    });
    return;
  }
  const names: Readonly<Record<string, string>> = {
    statements: 'Statements',
    statementsRepeated: 'Repeated',
    statementsVoided: 'Voided',
    statementsOfOtherVerbs: 'Of other verbs',
    lines: enrolments === undefined ? 'Sessions' : 'Enrolments',
    created: dryRun ? 'Would be created' : 'Created',
    replayed: 'Replayed',
    repeated: 'Repeated in the file',
    conflict: 'Conflicts',
    invalid: 'Invalid',
    replaced: dryRun ? 'Would be replaced' : 'Replaced',
  };
  const courseCount = courses.created + courses.existing;
  const numbers = Object.entries(summary)
    .filter(([name, count]) => name !== 'repeated' || count > 0)
    .map(([name, count]) => [names[name] ?? name, count] as const);
  if (courseCount > 0) numbers.unshift(['Courses', courseCount]);
  const rows = numbers.map(([name, count]): [string, string] => [name, count.toLocaleString('en')]);
  if (undeclared.length > 0) rows.push(['Undeclared modules', describeUndeclared(undeclared)]);
  writeFields(io.stdout, rows);
}
