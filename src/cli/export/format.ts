import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ExportedSession } from '../../core/index.js';
import { UsageError } from '../errors.js';
import { formatModuleIdsCell } from '../module-ids.js';
import { SESSION_FIELDS } from '../session-fields.js';

export const FORMATS = ['csv', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

/** Characters that RFC 4180 requires to be quoted. */
const SPECIAL = /[",\r\n]/;

export type Pages = AsyncIterable<readonly ExportedSession[]>;
export type Bytes = AsyncIterable<string | Uint8Array>;

/** Returns the content of an export. The options override the extension of the file. */
export function bytesOf(
  pages: Pages,
  file: string,
  options: { readonly format?: Format; readonly gzip?: boolean },
): Bytes {
  const [, name = '', gz] = /^(.*?)(\.gz)?$/is.exec(file) ?? [];
  const format = options.format ?? formatOf(name);
  const lines = format === 'csv' ? toCsv(pages) : toNdjson(pages);
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
async function* toCsv(pages: Pages): AsyncGenerator<string> {
  let heading = `${SESSION_FIELDS.join()}\n`;
  for await (const sessions of pages) {
    yield heading + sessions.map(csvLine).join('');
    heading = '';
  }
  if (heading !== '') yield heading;
}

function csvLine(session: ExportedSession): string {
  const { userId, courseId, sessionId, totalModulesStudied, averageScore, timeStudied } = session;
  const moduleIds = csvCell(formatModuleIdsCell(session.moduleIds));
  return `${userId},${courseId},${sessionId},${totalModulesStudied},${averageScore ?? ''},${timeStudied},${session.completedAt},${moduleIds}\n`;
}

export function csvCell(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function* toNdjson(pages: Pages): AsyncGenerator<string> {
  for await (const sessions of pages) {
    yield sessions.map((session) => `${JSON.stringify(session)}\n`).join('');
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
