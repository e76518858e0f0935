import { readEntries, toEntry, type Line } from './lines.js';
import { readJsonList } from './json-list.js';
import type { Entry, LineReader } from './reading.js';

/** One document on each line, or one list of all of them, whose entries then have the numbers of lines. */
export async function* readListOrLines(
  chunks: AsyncIterable<Buffer>,
  read: LineReader,
): AsyncGenerator<Iterable<Entry>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const [begun, start] = await untilNotBlank(iterator);
  const all = joined(begun, iterator);
  if (start !== '[') yield* readEntries(all, read);
  else for await (const documents of readJsonList(all)) yield readDocuments(documents, read);
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

/**
 * An entry for each document.
 *
 * @throws at one that is no JSON: where it ends, and what comes after it, would be guessed
 */
function readDocuments(documents: readonly Line[], read: LineReader): Iterable<Entry> {
  return documents.values().map((document) => {
    const entry = toEntry({ ...document, text: document.text.trimEnd() }, read);
    const name = `document ${document.number}`;
    if (entry.reading.kind === 'broken' && document.rule === undefined) assertJson(document);
    return { ...entry, name };
  });
}

function assertJson({ number, text }: Line): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`Document ${number} of the JSON list cannot be read`, { cause: error });
  }
}
