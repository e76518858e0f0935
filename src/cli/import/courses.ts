import { MAX_COURSE_NAME, StatsError, type Legacy, type StatsCalls, type Untyped } from '../../core/index.js';
import { isCourseRefused } from '../errors.js';
import { CSV_NAME } from './options.js';
import { readCsv } from './readers/csv.js';
import { toUtf8 } from './readers/encoding.js';
import { describeFaults, describePosition, faultsOf, type Entry, type LineFault } from './readers/entry.js';
import { COURSE_FIELDS, FieldNames, withDerivedIds, type OnId } from './readers/fields.js';
import { readDocument, readListOrLines } from './readers/json.js';
import type { Source } from './readers/source.js';

type Calls = Pick<Untyped<StatsCalls>, 'addCourse' | 'setCourse'>;
type ListCalls = Pick<Untyped<StatsCalls>, 'listCourses'>;

const NAMES = new FieldNames(COURSE_FIELDS);

export interface CoursesTally {
  created: number;
  /** Courses that existed before, including replaced ones. */
  existing: number;
  rejected: number;
}

interface CoursesOptions {
  readonly tally: CoursesTally;
  /** Receives a message for each rejected course. */
  readonly report: (line: string) => void;
  readonly idNamespace?: string | undefined;
  readonly onId?: OnId | undefined;
}

/** Creates or replaces the courses of a file one by one, because they are few. */
export async function importCourseFile(
  calls: Calls,
  source: Source,
  { tally, report, idNamespace, onId }: CoursesOptions,
): Promise<void> {
  for await (const entry of courseEntries(source)) {
    const reject = (faults: readonly LineFault[]) => {
      tally.rejected++;
      report(`${source.name}, ${describePosition(entry)}: ${describeFaults(faults)}`);
    };
    if ('faults' in entry) {
      reject(entry.faults);
      continue;
    }
    try {
      const { courseId, ...course } = withDerivedIds(entry.values, idNamespace, onId);
      const { outcome } = await calls.setCourse({ courseId, course });
      if (outcome === 'created') tally.created++;
      else tally.existing++;
    } catch (error) {
      if (!isRejection(error)) throw error;
      reject(faultsOf(error));
    }
  }
}

/** Never changes an existing course, which may have been renamed. */
export async function importLegacyCourses(
  calls: Calls,
  legacy: Legacy,
  { tally, report }: CoursesOptions,
): Promise<void> {
  for (const course of await legacy.courses()) {
    try {
      await calls.addCourse({ course });
      tally.created++;
    } catch (error) {
      if (!isRejection(error)) throw error;
      if (error.code === 'course-id-taken') {
        tally.existing++;
        continue;
      }
      tally.rejected++;
      report(`course ${course.courseId}: ${describeFaults(faultsOf(error))}`);
    }
  }
}

/** Returns the ids of all courses by name. */
export async function courseIdsByName(calls: ListCalls): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const { items, next } = await calls.listCourses({ limit: 1_000, cursor });
    for (const { name, courseId } of items) ids.set(name, courseId);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

/** Creates missing courses. */
export class CourseCreator {
  readonly #calls: Calls;
  readonly #tally: CoursesTally;
  readonly #tried = new Set<string>();

  constructor(calls: Calls, tally: CoursesTally) {
    this.#calls = calls;
    this.#tally = tally;
  }

  /** Returns false after `create`, even if the course is still missing. */
  canCreate(courseId: string): boolean {
    return !this.#tried.has(courseId);
  }

  /** @param names the names or ids of the course in the file; the first that no other course has is used */
  async create(courseId: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      try {
        await this.#calls.addCourse({ course: { courseId, name: shortened(name) } });
        this.#tally.created++;
        break;
      } catch (error) {
        // If no name can be used, the sessions of the missing course are rejected.
        if (!isRejection(error)) throw error;
      }
    }
    this.#tried.add(courseId);
  }
}

/** Does not cut a character that consists of two units. */
function shortened(name: string): string {
  return name.slice(0, MAX_COURSE_NAME).replace(/[\ud800-\udbff]$/, '');
}

/** Returns false for an error that would repeat with the next course. */
function isRejection(error: unknown): error is StatsError {
  if (!(error instanceof StatsError)) return false;
  return error.kind === 'invalid' || error.kind === 'conflict' || isCourseRefused(error);
}

async function* courseEntries(source: Source): AsyncGenerator<Entry> {
  const groups = CSV_NAME.test(source.name)
    ? readCsv(toUtf8(source.open(), undefined), NAMES)
    : readListOrLines(source.open(), (text) => readDocument(NAMES, text));
  try {
    for await (const entries of groups) yield* entries;
  } catch (error) {
    throw new Error(`${source.name} is not a readable file of courses.`, { cause: error });
  }
}
