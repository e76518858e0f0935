import { UsageError } from '../errors.js';
import { csvReader } from './csv.js';
import type { FieldNames } from './fields.js';
import { ndjsonReader } from './ndjson.js';
import type { LineReader } from './reading.js';

export const FORMATS = ['csv', 'ndjson', 'xapi'] as const;
export type Format = (typeof FORMATS)[number];

const BY_NAME: readonly (readonly [RegExp, Format])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(ndjson|jsonl)(\.gz)?$/i, 'ndjson'],
];

/** By the file's name; stdin has none, and brings what `export` writes. */
export function formatOf(file: string): Format {
  if (file === '-') return 'csv';
  const format = BY_NAME.find(([name]) => name.test(file))?.[1];
  if (format) return format;
  throw new UsageError(`the name of ${file} does not tell its format; add --format ${FORMATS.join('|')}`);
}

export async function readerOf(
  format: Format,
  names: FieldNames,
  courseId: string | undefined,
): Promise<LineReader> {
  if (format === 'csv') return csvReader(names);
  if (format === 'ndjson') return ndjsonReader(names);
  const { xapiReader } = await import('./xapi.js');
  return xapiReader(courseId);
}
