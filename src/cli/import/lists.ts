import { readEntries } from './entries.js';
import { written } from './ndjson.js';
import { broken, type Entry, type LineReader } from './reading.js';

/** Bytes: a list can only be read as a whole. */
const MAX_LIST = 256 * 1024 * 1024;
/** Documents of a list that are read together. */
const PART = 1_000;

/** One document on each line, or one list of all of them, whose entries then have the numbers of lines. */
export async function* readListOrLines(
  chunks: AsyncIterable<Buffer>,
  read: LineReader,
): AsyncGenerator<readonly Entry[]> {
  const iterator = chunks[Symbol.asyncIterator]();
  const [begun, start] = await untilNotBlank(iterator);
  const all = joined(begun, iterator);
  if (start === '[') yield* parseList(await textOf(all), read);
  else yield* readEntries(all, read);
}

/** What was read, and the first character that is not blank: blank lines may fill the first chunks. */
async function untilNotBlank(chunks: AsyncIterator<Buffer>): Promise<[Buffer[], string | undefined]> {
  const begun: Buffer[] = [];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    begun.push(next.value);
    const [start] = next.value
      .toString('latin1')
      .replace(/^\u00EF\u00BB\u00BF/, '')
      .trimStart();
    if (start !== undefined) return [begun, start];
  }
  return [begun, undefined];
}

async function* joined(begun: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** @throws where it is longer than 256 MiB */
async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_LIST)
      throw new Error('A JSON list must not be longer than 256 MiB; write one document on each line.');
    all.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(all));
  } catch {
    throw new Error('A JSON list must be UTF-8.');
  }
}

/** @throws where it is none */
function parseJsonList(text: string): readonly unknown[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw new Error('The JSON list cannot be read', { cause: error });
  }
  if (!Array.isArray(list)) throw new Error('The document must be a JSON list.');
  return list;
}

/** A part at a time: with all of them a long list would be in memory three times. */
function* parseList(list: string, read: LineReader): Generator<Entry[]> {
  const documents = parseJsonList(list);
  for (let start = 0; start < documents.length; start += PART) {
    yield documents.slice(start, start + PART).map((document, index) => {
      const text = written(document);
      // A list in a list is no document, and would be read as one.
      const isDocument = text !== undefined && !Array.isArray(document);
      const reading = isDocument ? read(text) : broken('must be a JSON object');
      return { line: start + index + 1, reading, ...(text !== undefined && { text }) };
    });
  }
}
