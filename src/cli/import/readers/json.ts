import { describeValue, repeatedKey } from '../../../core/index.js';
import { invalidLine, type Entry, type ParsedLine, type Values } from './entry.js';
import type { FieldNames } from './fields.js';
import { readJsonList } from './json-list.js';
import { readEntries, toEntries, withoutByteOrderMark, type Line } from './lines.js';

/** Parses a JSON object: a session, a course, or a line of a `--rejects` file. */
export function readDocument(names: FieldNames, text: string): ParsedLine {
  if (text.trim() === '') return undefined;
  const parsed = parseObject(text);
  if ('faults' in parsed) return parsed;
  const document = parsed.values;
  if (!('line' in document && 'faults' in document)) return renameFields(names, document);
  const { values } = document;
  return isObject(values)
    ? { values }
    : invalidLine('has no values, because it could not be read; correct it at its source, or add values');
}

/** Keeps unknown names, so that the core reports them. */
function renameFields(names: FieldNames, document: Values): ParsedLine {
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(document)) {
    const mapped = names.fieldFor(name);
    if (mapped === '') continue;
    const field = mapped ?? name;
    if (Object.hasOwn(values, field)) return invalidLine(`has ${field} twice`);
    // Unlike an assignment, this also works for `__proto__`.
    Object.defineProperty(values, field, { value, enumerable: true, configurable: true, writable: true });
  }
  return { values };
}

/** Returns a fault for text that is not a JSON object, or has a key twice in one of its objects. */
export function parseObject(text: string): NonNullable<ParsedLine> {
  const json = withoutByteOrderMark(text);
  const value = parseJson(json);
  if (!isObject(value)) {
    const advice = text.startsWith('[') ? '; put each object of the list on its own line' : '';
    return invalidLine(`must be a JSON object${advice}`);
  }
  const repeated = repeatedKey(json, value);
  if (repeated === undefined) return { values: value };
  return invalidLine(`has the key ${describeValue(repeated)} twice; remove one of them`);
}

/** Returns `undefined` for other text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads NDJSON, or one JSON list whose documents are numbered like lines. */
export async function* readListOrLines(
  chunks: AsyncIterable<Buffer>,
  read: (text: string) => ParsedLine,
): AsyncGenerator<Iterable<Entry>> {
  const { start, all } = await peek(chunks, (text) => text !== '');
  if (start.startsWith('[')) {
    for await (const documents of readJsonList(all)) yield readDocuments(documents, read);
  } else {
    yield* readEntries(all, read);
  }
}

/** The UTF-8 bytes of U+FEFF as Latin-1. */
const BYTE_ORDER_MARK = '\u00EF\u00BB\u00BF';

/** Blank lines per chunk. */
const MAX_LINES = 65_536;

interface Peeked {
  /** The beginning without a byte order mark and blanks, as Latin-1. */
  readonly start: string;
  readonly all: AsyncGenerator<Buffer>;
}

/**
 * Reads until the beginning is sufficient. The first non-blank character may be many chunks after the start. Of blank
 * chunks only their lines are counted, so that a file of blanks does not fill the memory.
 */
export async function peek(
  chunks: AsyncIterable<Buffer>,
  isSufficient: (start: string) => boolean,
): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Buffer[] = [];
  let blankLines = 0;
  let start = '';
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    head.push(next.value);
    start += next.value.toString('latin1');
    if (start.length < BYTE_ORDER_MARK.length && BYTE_ORDER_MARK.startsWith(start)) continue;
    start = (start.startsWith(BYTE_ORDER_MARK) ? start.slice(BYTE_ORDER_MARK.length) : start).trimStart();
    if (isSufficient(start)) break;
    if (start !== '') continue;
    blankLines += head.join('').split('\n').length - 1;
    head = [];
  }
  return { start, all: joined(blankLines, head, iterator) };
}

async function* joined(
  blankLines: number,
  head: readonly Buffer[],
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  for (let left = blankLines; left > 0; left -= MAX_LINES) {
    yield Buffer.alloc(Math.min(left, MAX_LINES), '\n');
  }
  yield* head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function* readDocuments(documents: readonly Line[], read: (text: string) => ParsedLine): Generator<Entry> {
  for (const document of documents) {
    for (const entry of toEntries([{ ...document, text: document.text.trimEnd() }], read)) {
      if ('faults' in entry && document.fault === undefined) assertJson(document);
      yield { ...entry, label: `document ${document.number}` };
    }
  }
}

/** @throws for a document of a JSON list that is not JSON, because its end is then unknown */
export function assertJson({ number, text }: Line): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Error(`Document ${number} of the JSON list is not valid JSON.`, { cause: error });
  }
}
