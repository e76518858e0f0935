import { pipeline } from 'node:stream/promises';
import type { ExportedSession } from '../../core/index.js';
import { CSV_HEADING, csvLine } from './csv.js';
import type { Layout } from './layout.js';
import { ndjsonLine } from './ndjson.js';

/** Of a compressed export, at a time. */
const CHUNK = 64 * 1024;

export type Pages = AsyncIterable<readonly ExportedSession[]>;
export type Bytes = AsyncIterable<string | Uint8Array>;

/** What an export consists of, some thousand lines at a time. */
export function bytesOf(pages: Pages, { format, gzip }: Layout): Bytes {
  const lines = format === 'csv' ? toCsv(pages) : toNdjson(pages);
  return gzip ? compress(lines) : lines;
}

/** The heading comes with the first lines, so that nothing is written where nothing can be read. */
async function* toCsv(pages: Pages): AsyncGenerator<string> {
  let heading = CSV_HEADING;
  for await (const sessions of pages) {
    yield heading + sessions.map(csvLine).join('');
    heading = '';
  }
  if (heading !== '') yield heading;
}

async function* toNdjson(pages: Pages): AsyncGenerator<string> {
  for await (const sessions of pages) yield sessions.map(ndjsonLine).join('');
}

async function* compress(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const { createGzip } = await import('node:zlib');
  const compressed = createGzip({ chunkSize: CHUNK });
  const written = pipeline(lines, compressed);
  // What fails there fails the loop as well.
  written.catch(() => undefined);
  for await (const chunk of compressed) yield chunk;
  await written;
}
