import { deriveId } from '../../../core/index.js';
import { UsageError, withValue } from '../../errors.js';
import type { Values } from './entry.js';

/** The fields of a course in a file. */
export const COURSE_FIELDS = ['courseId', 'name', 'moduleIds'] as const;

/** Fields of responses that the database sets. */
const IGNORED: ReadonlySet<string> = new Set(['createdAt', 'updatedAt', 'enrolledAt']);

/** Maps the names in a file to fields. */
export class FieldNames {
  readonly #fields: ReadonlySet<string>;
  readonly #mapping: ReadonlyMap<string, string> | undefined;

  /** @param mapping the fields of `--map` by name; left out if `--map` is not supported */
  constructor(fields: readonly string[], mapping?: ReadonlyMap<string, string>) {
    this.#fields = new Set(fields);
    this.#mapping = mapping;
    for (const [name, field] of mapping ?? []) {
      if (field === '' || this.#fields.has(field)) continue;
      const rule = `must be one of ${fields.join(', ')}`;
      throw new UsageError(`the field of --map "${name}=…" ${withValue(field, rule)}`);
    }
  }

  /** The names in the file that `--map` renames or ignores. */
  get mapped(): readonly string[] {
    return Array.from(this.#mapping?.keys() ?? []);
  }

  /** Describes all unknown columns of a header at once. */
  describeUnknown(names: readonly string[]): string {
    const one = names.length === 1;
    const quoted = names.map((name) => `"${name}"`).join(', ');
    const subject = `The header's ${one ? 'column' : 'columns'} ${quoted} ${one ? 'is not a known field' : 'are not known fields'}`;
    const fields = `the fields are ${Array.from(this.#fields).join(', ')}`;
    if (!this.#mapping) return `${subject}; ${fields}.`;
    const [name] = names;
    const advice = `Add --map "${name}=FIELD" to import a column or --map "${name}=" to ignore it`;
    return `${subject}; ${fields}. ${advice}, or --preview to see a command for this file.`;
  }

  /** Returns the field, `''` for an ignored name, or `undefined` for an unknown name. */
  fieldFor(name: string): string | undefined {
    const mapped = this.#mapping?.get(name);
    if (mapped !== undefined) return mapped;
    if (this.#fields.has(name)) return name;
    return IGNORED.has(name) ? '' : undefined;
  }
}

/** Parses `name=field`. The name is empty for the last column of a header that ends in a comma. */
function parseMapping(text: string): [name: string, field: string] {
  const equals = text.lastIndexOf('=');
  const rule = 'must be name=field, such as score=averageScore';
  if (equals < 0) throw new UsageError(`--map ${withValue(text, rule)}`);
  return [text.slice(0, equals).trim(), text.slice(equals + 1)];
}

/** @throws {UsageError} if two of the texts have the same name */
export function parseMappings(texts: readonly string[]): ReadonlyMap<string, string> {
  const mapping = new Map<string, string>();
  for (const [name, field] of texts.map(parseMapping)) {
    if (mapping.has(name)) throw new UsageError(`--map has "${name}" twice; remove one of them`);
    mapping.set(name, field);
  }
  return mapping;
}

/** Parses `field=value`. */
export function parseDefault(text: string): [field: string, value: string] {
  const equals = text.indexOf('=');
  const rule = 'must be field=value, such as totalModulesStudied=1';
  if (equals < 0) throw new UsageError(`--default ${withValue(text, rule)}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

const ID_FIELDS = [
  ['userId', 'user'],
  ['courseId', 'course'],
  ['sessionId', 'session'],
] as const;
export type IdKind = (typeof ID_FIELDS)[number][1];

/** Receives the id for a text of the file. A UUID is its own id, in lower case. */
export type OnId = (kind: IdKind, given: string, id: string) => void;

/** Derives ids from texts without the spaces around them. Other values stay, and are rejected later. */
export function withDerivedIds(values: Values, namespace: string | undefined, onId?: OnId): Values {
  if (namespace === undefined) return values;
  const derived: Record<string, unknown> = { ...values };
  for (const [field, kind] of ID_FIELDS) {
    const text = typeof values[field] === 'string' ? values[field].trim() : '';
    if (text === '') continue;
    const id = deriveId(text, namespace);
    derived[field] = id;
    onId?.(kind, text, id);
  }
  return derived;
}
