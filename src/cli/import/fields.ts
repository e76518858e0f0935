import { MODULE_SEPARATOR } from '../../core/model/modules.js';
import { number } from '../arguments.js';
import { UsageError } from '../errors.js';

/** The fields of a course in a file. */
export const COURSE_FIELDS = ['courseId', 'name', 'moduleIds'] as const;

/** What our answers have besides, and every database says for itself. */
const IGNORED: ReadonlySet<string> = new Set(['createdAt', 'updatedAt']);

const NUMBERS: ReadonlySet<string> = new Set(['totalModulesStudied', 'averageScore', 'timeStudied']);

/** How a file names our fields. */
export class FieldNames {
  readonly #fields: ReadonlySet<string>;
  readonly #renamed: ReadonlyMap<string, string> | undefined;

  /** @param renamed ours by theirs; left out where the user cannot tell */
  constructor(fields: readonly string[], renamed?: ReadonlyMap<string, string>) {
    this.#fields = new Set(fields);
    this.#renamed = renamed;
    for (const [theirs, ours] of renamed ?? []) {
      if (ours === '' || this.#fields.has(ours)) continue;
      throw new UsageError(`--map ${theirs}=${ours}: our fields are ${fields.join(', ')}`);
    }
  }

  /** Their names that the user has told the meaning of. */
  get renamed(): readonly string[] {
    return Array.from(this.#renamed?.keys() ?? []);
  }

  /** What to do about a name that we do not know. */
  adviceOn(theirs: string): string {
    if (!this.#renamed) return `there are ${Array.from(this.#fields).join(', ')}`;
    return `--map "${theirs}=…" says what it is, --map "${theirs}=" leaves it out`;
  }

  /** Our name; `''` for what is to be left out, `undefined` for what we do not know. */
  ours(theirs: string): string | undefined {
    const renamed = this.#renamed?.get(theirs);
    if (renamed !== undefined) return renamed;
    if (this.#fields.has(theirs)) return theirs;
    return IGNORED.has(theirs) ? '' : undefined;
  }
}

/** Parses `theirs=ours`. An empty `ours` leaves the column out. */
export function toRenaming(text: string): [theirs: string, ours: string] {
  const equals = text.lastIndexOf('=');
  // A column may have no name: a header that ends in a comma has one.
  if (equals < 0) throw new UsageError('--map must be theirs=ours, such as --map score=averageScore');
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** The value of a field from text; what is empty is missing. */
export function fromText(field: string, text: string): unknown {
  if (text === '') return undefined;
  if (NUMBERS.has(field)) return number(text);
  return field === 'moduleIds' ? text.split(MODULE_SEPARATOR) : text;
}
