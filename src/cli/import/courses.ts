import { StatsError } from '../../core/errors.js';
import type { StatsCalls, Unchecked } from '../../core/index.js';
import { readCsv } from './csv.js';
import { COURSE_FIELDS, FieldNames } from './fields.js';
import { describeFaults, faultsOf, type Entry, type LineFault } from './reading.js';
import { readListOrLines } from './lists.js';
import { ndjsonReader } from './ndjson.js';
import type { Source } from './source.js';

const NAMES = new FieldNames(COURSE_FIELDS);

export interface CoursesTally {
  created: number;
  /** What the catalogue says now, whether that is new or not. */
  kept: number;
  refused: number;
}

export interface CoursesOptions {
  readonly tally: CoursesTally;
  /** Takes a line for each that is refused, for people. */
  readonly tell: (line: string) => void;
}

/** Creates the courses of a file, or brings them into step with it; they are few, and done one after the other. */
export async function importCourses(
  stats: Unchecked<StatsCalls>,
  source: Source,
  { tally, tell }: CoursesOptions,
): Promise<void> {
  for await (const { line, name = `line ${line}`, reading } of courseEntries(source)) {
    if (reading.kind === 'nothing') continue;
    const refuse = (faults: readonly LineFault[]) => {
      tally.refused++;
      tell(`${source.name}, ${name}: ${describeFaults(faults)}`);
    };
    if (reading.kind === 'broken') {
      refuse(reading.faults);
      continue;
    }
    try {
      const { courseId, ...course } = reading.values;
      const { outcome } = await stats.setCourse({ courseId, course });
      if (outcome === 'created') tally.created++;
      else tally.kept++;
    } catch (error) {
      if (!isOfTheCourse(error)) throw error;
      refuse(faultsOf(error));
    }
  }
}

/** Any other would be the next one's too. */
export function isOfTheCourse(error: unknown): error is StatsError {
  return error instanceof StatsError && (error.kind === 'invalid' || error.kind === 'conflict');
}

async function* courseEntries(source: Source): AsyncGenerator<Entry> {
  const pages = /\.csv(\.gz)?$/i.test(source.name)
    ? readCsv(source.chunks(), NAMES)
    : readListOrLines(source.chunks(), ndjsonReader(NAMES));
  try {
    for await (const entries of pages) yield* entries;
  } catch (error) {
    throw new Error(`${source.name} has no courses that can be read`, { cause: error });
  }
}
