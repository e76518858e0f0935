import { deriveId, MODULE_SEPARATOR } from '../../../core/index.js';
import { parseDuration } from '../../duration.js';
import { UsageError, withValue } from '../../errors.js';
import { parseNumber } from '../../settings.js';
import type { Values } from './entry.js';

/** The fields of a course in a file. */
export const COURSE_FIELDS = ['courseId', 'name', 'moduleIds'] as const;

/** Fields of responses that the database sets. */
const IGNORED: ReadonlySet<string> = new Set(['createdAt', 'updatedAt']);

const NUMBERS: ReadonlySet<string> = new Set(['totalModulesStudied', 'averageScore']);

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

  adviceOn(name: string): string {
    if (!this.#mapping) return `the fields are ${Array.from(this.#fields).join(', ')}`;
    return `add --map "${name}=FIELD" to import it or --map "${name}=" to ignore it`;
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
export function parseMapping(text: string): [name: string, field: string] {
  const equals = text.lastIndexOf('=');
  const rule = 'must be name=field, such as score=averageScore';
  if (equals < 0) throw new UsageError(`--map ${withValue(text, rule)}`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** Hours, minutes and seconds. Two numbers are rejected: they could be either hours or minutes. */
const CLOCK = /^(\d+):([0-5]\d):([0-5]\d)$/;

/**
 * Parses a CSV cell. An empty cell is a missing value, except that an empty score is `null`. A score may be a percentage
 * and a time a duration. Other text stays, and is rejected later.
 */
export function fromText(field: string, text: string): unknown {
  if (text === '') return field === 'averageScore' ? null : undefined;
  if (field === 'averageScore' && text.endsWith('%')) return percentage(text);
  if (field === 'timeStudied') return milliseconds(text);
  if (NUMBERS.has(field)) return parseNumber(text);
  return field === 'moduleIds' ? text.split(MODULE_SEPARATOR) : text;
}

function percentage(text: string): number | string {
  const number = parseNumber(text.slice(0, -1).trimEnd());
  return typeof number === 'number' ? number : text;
}

function milliseconds(text: string): number | string {
  const number = parseNumber(text);
  if (typeof number === 'number') return number;
  const [, hours, minutes, seconds] = CLOCK.exec(text) ?? [];
  if (hours === undefined) return parseDuration(text) ?? text;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
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
