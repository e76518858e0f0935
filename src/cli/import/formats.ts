import { UsageError } from '../errors.js';
import { csvReader } from './csv.js';
import type { FieldNames } from './fields.js';
import { readEntries } from './entries.js';
import { readListOrLines } from './lists.js';
import { ndjsonReader } from './ndjson.js';
import type { Entry } from './reading.js';

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

/** Reads what a source of the format says. */
export async function entriesOf(
  format: Format,
  names: FieldNames,
  courseId: string | undefined,
): Promise<(chunks: AsyncIterable<Buffer>) => AsyncGenerator<Iterable<Entry>>> {
  if (format === 'csv') return (chunks) => readEntries(chunks, csvReader(names));
  if (format === 'ndjson') return (chunks) => readEntries(chunks, ndjsonReader(names));
  const { xapiReader } = await import('./xapi.js');
  return (chunks) => readListOrLines(chunks, xapiReader(courseId));
}
