import { MODULE_SEPARATOR } from '../../../core/index.js';
import { UsageError } from '../../errors.js';
import { parseNumber } from '../../settings.js';

/** The fields of a course in a file. */
export const COURSE_FIELDS = ['courseId', 'name', 'moduleIds'] as const;

/** Fields of our responses that each database sets for itself. */
const IGNORED: ReadonlySet<string> = new Set(['createdAt', 'updatedAt']);

const NUMBERS: ReadonlySet<string> = new Set(['totalModulesStudied', 'averageScore', 'timeStudied']);

/** Translates the field names of a file into ours. */
export class FieldNames {
  readonly #fields: ReadonlySet<string>;
  readonly #renamed: ReadonlyMap<string, string> | undefined;

  /** @param renamed our names by theirs; left out if the file must use our names */
  constructor(fields: readonly string[], renamed?: ReadonlyMap<string, string>) {
    this.#fields = new Set(fields);
    this.#renamed = renamed;
    for (const [theirs, ours] of renamed ?? []) {
      if (ours === '' || this.#fields.has(ours)) continue;
      throw new UsageError(`--map ${theirs}=${ours}: our fields are ${fields.join(', ')}`);
    }
  }

  /** Their names that the user has mapped. */
  get renamed(): readonly string[] {
    return Array.from(this.#renamed?.keys() ?? []);
  }

  /** The advice for an unknown name. */
  adviceOn(theirs: string): string {
    if (!this.#renamed) return `the fields are ${Array.from(this.#fields).join(', ')}`;
    return `--map "${theirs}=…" names its field, --map "${theirs}=" leaves it out`;
  }

  /** Our name; `''` for a field that is left out, `undefined` for an unknown one. */
  ours(theirs: string): string | undefined {
    const renamed = this.#renamed?.get(theirs);
    if (renamed !== undefined) return renamed;
    if (this.#fields.has(theirs)) return theirs;
    return IGNORED.has(theirs) ? '' : undefined;
  }
}

/** Parses `theirs=ours`. An empty `ours` leaves the column out. */
export function parseRenaming(text: string): [theirs: string, ours: string] {
  const equals = text.lastIndexOf('=');
  // A column may have no name: a header that ends in a comma has one.
  if (equals < 0) throw new UsageError('--map must be theirs=ours, such as --map score=averageScore');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** The value of a CSV cell. An empty cell is a missing value, except for the score: the session was not scored. */
export function fromText(field: string, text: string): unknown {
  if (text === '') return field === 'averageScore' ? null : undefined;
  if (NUMBERS.has(field)) return parseNumber(text);
  return field === 'moduleIds' ? text.split(MODULE_SEPARATOR) : text;
}
