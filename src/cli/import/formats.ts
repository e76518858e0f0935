import { UsageError } from '../errors.js';
import { readCsv } from './csv.js';
import type { FieldNames } from './fields.js';
import { readEntries } from './lines.js';
import { readListOrLines } from './lists.js';
import { ndjsonReader } from './ndjson.js';
import { IMPORT_FORMATS, type ImportFormat } from './options.js';
import type { Entry } from './reading.js';

const BY_NAME: readonly (readonly [RegExp, ImportFormat])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(ndjson|jsonl)(\.gz)?$/i, 'ndjson'],
];

/** By the file's name; stdin has none, and brings what `export` writes. */
export function formatOf(file: string): ImportFormat {
  if (file === '-') return 'csv';
  const format = BY_NAME.find(([name]) => name.test(file))?.[1];
  if (format) return format;
  const formats = IMPORT_FORMATS.join('|');
  throw new UsageError(`the name of ${file} does not tell its format; add --format ${formats}`);
}

/** Reads what a source of the format says. */
export async function entriesOf(
  format: ImportFormat,
  names: FieldNames,
  courseId: string | undefined,
): Promise<(chunks: AsyncIterable<Buffer>) => AsyncGenerator<Iterable<Entry>>> {
  if (format === 'csv') return (chunks) => readCsv(chunks, names);
  if (format === 'ndjson') return (chunks) => readEntries(chunks, ndjsonReader(names));
  const { xapiReader } = await import('./xapi.js');
  return (chunks) => readListOrLines(chunks, xapiReader(courseId));
}
