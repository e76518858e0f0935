import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { csvHeader, csvLine, type ExportedEnrolment, type ExportedSession } from '../../core/index.js';
import { UsageError } from '../errors.js';
import { formatListCell } from '../module-ids.js';
import { ENROLMENT_FIELDS, SESSION_FIELDS } from '../session-fields.js';

export const FORMATS = ['csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export type Pages<Row> = AsyncIterable<readonly Row[]>;

/** How rows are written as CSV. */
export interface CsvLines<Row> {
  readonly fields: readonly string[];
  readonly lineOf: (row: Row) => string;
}

export type Bytes = AsyncIterable<string | Uint8Array>;

/** Returns the content of an export. The options override the extension of the file. */
export function bytesOf<Row>(
  pages: Pages<Row>,
  csv: CsvLines<Row>,
  file: string,
  options: { readonly format?: Format; readonly gzip?: boolean },
): Bytes {
  const [, name = '', gz] = /^(.*?)(\.gz)?$/is.exec(file) ?? [];
  const format = options.format ?? formatOf(name);
  const lines = format === 'csv' ? toCsv(pages, csv) : toNdjson(pages);
  return (options.gzip ?? gz !== undefined) ? compress(lines) : lines;
}

/** A file without an extension, such as a pipe or stdout, is CSV. */
function formatOf(file: string): Format {
  const extension = extname(file).toLowerCase();
  if (extension === '' || extension === '.csv') return 'csv';
  if (extension === '.ndjson' || extension === '.jsonl') return 'ndjson';
  throw new UsageError(
    `${file} has an unknown extension; end it in .csv, .ndjson or .jsonl, or add --format (${FORMATS.join(', ')})`,
  );
}

/** Yields the header with the first lines, so that a database that cannot be read leaves the output empty. */
async function* toCsv<Row>(pages: Pages<Row>, { fields, lineOf }: CsvLines<Row>): AsyncGenerator<string> {
  let heading = csvHeader(fields);
  for await (const rows of pages) {
    yield heading + rows.map(lineOf).join('');
    heading = '';
  }
  if (heading !== '') yield heading;
}

export const SESSION_LINES: CsvLines<ExportedSession> = {
  fields: SESSION_FIELDS,
  lineOf: (session) => csvLine(SESSION_FIELDS, { ...session, moduleIds: formatListCell(session.moduleIds) }),
};

export const ENROLMENT_LINES: CsvLines<ExportedEnrolment> = {
  fields: ENROLMENT_FIELDS,
  lineOf: (enrolment) =>
    csvLine(ENROLMENT_FIELDS, { ...enrolment, groups: formatListCell(enrolment.groups) }),
};

async function* toNdjson(pages: Pages<unknown>): AsyncGenerator<string> {
  for await (const rows of pages) {
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}

async function* compress(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const { createGzip } = await import('node:zlib');
  const gzip = createGzip({ chunkSize: 64 * 1024 });
  const written = pipeline(lines, gzip);
  // The loop below throws the errors of the pipeline.
  written.catch(() => undefined);
  yield* gzip;
  await written;
}
