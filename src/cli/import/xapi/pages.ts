import { peek } from '../readers/json.js';
import { ListSplitter, readJsonList } from '../readers/json-list.js';
import { MAX_LINE, readLines, type Line } from '../readers/lines.js';

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The beginning of a page as opposed to that of a statement. Other members without lists and objects may come first. */
const PAGE_START = /^\{(?:\s*"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[^\s"{}[\],]*)\s*,)*\s*"(?:statements|more)"\s*:/;
/** Characters in which the key of the list occurs in a page. */
const MAX_START = 1_024;
const LIST_START = /[{,]\s*"statements"\s*:\s*$/;
/** Characters in which the key of a list must be, so that many lists take no quadratic time. */
const MAX_KEY = 256;

export interface StatementLines {
  /** Unit of the line numbers. */
  readonly unit: 'line' | 'document';
  readonly groups: AsyncGenerator<readonly Line[]>;
}

/**
 * Splits a file into statements: one on each line, a JSON list, or pages of an LRS.
 *
 * @param onMore receives the address of the page after the last one
 */
export async function splitStatements(
  chunks: AsyncIterable<Buffer>,
  onMore: (more: string) => void,
): Promise<StatementLines> {
  const { start, all } = await peek(
    chunks,
    (text) => text !== '' && (!text.startsWith('{') || text.length >= MAX_START || isPage(text)),
  );
  if (isPage(start)) return { unit: 'document', groups: readPages(all, onMore) };
  if (start.startsWith('[')) return { unit: 'document', groups: readJsonList(all) };
  return { unit: 'line', groups: readLines(all) };
}

/** Returns true for the beginning of a file of statements. */
export function startsWithStatements(start: string): boolean {
  return isPage(start) || (/"actor"\s*:/.test(start) && /"verb"\s*:/.test(start));
}

function isPage(start: string): boolean {
  return PAGE_START.test(start.slice(0, MAX_START));
}

/**
 * Splits the pages of an LRS, `{"statements": […], "more": …}`, into their statements, numbered through. Pages may
 * follow each other, as in a file to which each response was appended. Of a page, only the current statement and the text
 * outside its list are buffered.
 *
 * @param onMore receives the address of the page after the last one
 * @throws if a page is truncated or not JSON
 */
async function* readPages(
  chunks: AsyncIterable<Buffer>,
  onMore: (more: string) => void,
): AsyncGenerator<readonly Line[]> {
  const outside = new OutsideText();
  let list: ListSplitter | undefined;
  let documents = 0;
  for await (const chunk of chunks) {
    let index = 0;
    while (index < chunk.length) {
      if (!list) {
        index = outside.read(chunk, index);
        if (index < chunk.length) list = new ListSplitter(documents);
        continue;
      }
      index = yield* list.split(chunk, index);
      if (!list.isComplete) continue;
      documents = list.documents;
      list = undefined;
    }
  }
  list?.end();
  const more = outside.end(documents);
  if (more !== '') onMore(more);
}

/** The pages without their lists of statements. */
class OutsideText {
  /** The current page, as Latin-1. */
  #text = '';
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  #more = '';

  /** Returns the index of the bracket at which a list of statements begins, or the length of the chunk. */
  read(chunk: Buffer, from: number): number {
    for (let index = from; index < chunk.length; index++) {
      const byte = chunk[index] ?? 0;
      if (byte === OPEN_LIST && !this.#isString && this.#depth === 1 && this.#endsWithKey()) {
        this.#text += '0';
        return index;
      }
      this.#add(byte);
      if (byte === CLOSE_OBJECT && !this.#isString && this.#depth === 0) this.#endPage();
    }
    return chunk.length;
  }

  /** Returns the address of the next page; empty if there is none. */
  end(documents: number): string {
    if (this.#text.trim() !== '')
      throw new Error(
        `The page of statements is truncated after document ${documents}; download the file again.`,
      );
    return this.#more;
  }

  #endsWithKey(): boolean {
    return LIST_START.test(this.#text.slice(-MAX_KEY));
  }

  #add(byte: number): void {
    if (this.#text.length === MAX_LINE)
      throw new Error('The page of statements has more than 1 MiB of other content.');
    this.#text += String.fromCharCode(byte);
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === QUOTE) this.#isString = !this.#isString;
    else if (this.#isString) this.#isEscaped = byte === BACKSLASH;
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth--;
  }

  #endPage(): void {
    const text = Buffer.from(this.#text, 'latin1').toString();
    this.#text = '';
    let page: unknown;
    try {
      page = JSON.parse(text.replace(/^\uFEFF/, ''));
    } catch (error) {
      throw new Error('The page of statements is not valid JSON; repair or download it again.', {
        cause: error,
      });
    }
    const more: unknown = typeof page === 'object' && page !== null && 'more' in page ? page.more : '';
    this.#more = typeof more === 'string' ? more.trim() : '';
  }
}
