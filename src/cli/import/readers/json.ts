import { unreadable, type Entry, type Reading, type Values } from './entry.js';
import type { FieldNames } from './fields.js';
import { readJsonList } from './json-list.js';
import { readEntries, toEntries, withoutByteOrderMark, type Line } from './lines.js';

/** Reads a JSON object: a session or a course, or a line of `--rejects` that contains one. */
export function readDocument(names: FieldNames, text: string): Reading {
  if (text.trim() === '') return undefined;
  const document = parseObject(text);
  if (!document) {
    const advice = text.startsWith('[') ? '; put each object of a list on its own line' : '';
    return unreadable(`must be a JSON object${advice}`);
  }
  if (!('line' in document && 'faults' in document)) return renamed(names, document);
  const { values } = document;
  return isObject(values) ? { values } : unreadable('has no values; add them, or remove the line');
}

/** Unknown names stay as they are, so that the core reports them. */
function renamed(names: FieldNames, document: Values): Reading {
  const values: Record<string, unknown> = {};
  for (const [theirs, value] of Object.entries(document)) {
    const ours = names.ours(theirs) ?? theirs;
    if (ours === '') continue;
    if (Object.hasOwn(values, ours)) return unreadable(`has ${ours} twice`);
    // Unlike an assignment, this also works for `__proto__`.
    Object.defineProperty(values, ours, { value, enumerable: true, configurable: true, writable: true });
  }
  return { values };
}

/** `undefined` for text that is not a JSON object. */
export function parseObject(text: string): Values | undefined {
  try {
    const value: unknown = JSON.parse(withoutByteOrderMark(text));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads one document on each line, or one JSON list of all documents, which then count as lines. */
export async function* readListOrLines(
  chunks: AsyncIterable<Buffer>,
  read: (text: string) => Reading,
): AsyncGenerator<Iterable<Entry>> {
  const iterator = chunks[Symbol.asyncIterator]();
  const [begun, start] = await untilNotBlank(iterator);
  const all = joined(begun, iterator);
  if (start === '[') {
    for await (const documents of readJsonList(all)) yield readDocuments(documents, read);
  } else {
    yield* readEntries(all, read);
  }
}

/** The chunks up to the first character that is not blank, and that character: blank lines may fill whole chunks. */
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

/** @throws for a document that is not JSON: where it ends, and what comes after it, would be a guess */
function* readDocuments(documents: readonly Line[], read: (text: string) => Reading): Generator<Entry> {
  for (const document of documents) {
    for (const entry of toEntries([{ ...document, text: document.text.trimEnd() }], read)) {
      if ('faults' in entry && document.rule === undefined) assertJson(document);
      yield { ...entry, name: `document ${document.number}` };
    }
  }
}

function assertJson({ number, text }: Line): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`Document ${number} of the JSON list cannot be read`, { cause: error });
  }
}
