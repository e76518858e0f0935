import { beginningOf, decodeOne, MAX_LINE, TOO_LONG, type Line } from './lines.js';

/** Documents that are yielded together. */
const GROUP = 1_000;

const [TAB, NEWLINE, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Splits a JSON list of any length into its documents as they arrive, numbered from 1. A document that is not UTF-8 or
 * longer than 1 MiB comes with the rule that it breaks, and no document is ever held beyond 1 MiB. The caller checks
 * that each document is JSON, and what comes before the list.
 *
 * @throws if a document or the end of the list is missing, or a string is not closed
 */
export async function* readJsonList(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
  const list = new ListSplitter();
  for await (const chunk of chunks) yield* list.split(chunk);
  list.end();
}

class ListSplitter {
  #place: 'before' | 'begun' | 'between' | 'in a document' | 'after' = 'before';
  readonly #end = new DocumentEnd();
  /** Parts of the document that earlier chunks have begun. */
  #begun: Buffer[] = [];
  #size = 0;
  #documents = 0;

  /** @throws if the list has not ended */
  end(): void {
    if (this.#place === 'after') return;
    throw new Error(`The JSON list is cut off after document ${this.#documents}.`);
  }

  *split(chunk: Buffer): Generator<readonly Line[]> {
    let group: Line[] = [];
    let start = 0;
    while (start < chunk.length) {
      if (this.#place !== 'in a document') {
        if (this.#begins(chunk[start])) this.#place = 'in a document';
        else start++;
        continue;
      }
      const end = this.#end.find(chunk, start);
      if (this.#end.isBroken) {
        throw new Error(`Document ${this.#documents + 1} of the JSON list has a string that is not closed.`);
      }
      this.#add(chunk.subarray(start, end === -1 ? chunk.length : end));
      if (end === -1) break;
      group.push(this.#take());
      if (group.length === GROUP) {
        yield group;
        group = [];
      }
      this.#place = chunk[end] === COMMA ? 'between' : 'after';
      start = end + 1;
    }
    if (group.length > 0) yield group;
  }

  /** True if a document begins with this byte, which is outside of all documents. */
  #begins(byte: number | undefined): boolean {
    if (this.#place === 'before') {
      if (byte === OPEN_LIST) this.#place = 'begun';
      return false;
    }
    if (byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB) return false;
    if (this.#place === 'begun' && byte === CLOSE_LIST) {
      this.#place = 'after';
      return false;
    }
    if (this.#place === 'after') throw new Error('The JSON list has something after its end.');
    if (byte !== COMMA && byte !== CLOSE_LIST) return true;
    throw new Error(`The JSON list lacks document ${this.#documents + 1}.`);
  }

  #add(bytes: Buffer): void {
    // Only the beginning of a document that is too long is reported.
    if (this.#size <= MAX_LINE) this.#begun.push(bytes);
    this.#size += bytes.length;
  }

  #take(): Line {
    const [first] = this.#begun;
    const bytes = first && this.#begun.length === 1 ? first : Buffer.concat(this.#begun);
    const isTooLong = this.#size > MAX_LINE;
    this.#begun = [];
    this.#size = 0;
    const number = ++this.#documents;
    return isTooLong ? { number, text: beginningOf(bytes), rule: TOO_LONG } : decodeOne(bytes, number);
  }
}

/** Finds the end of a document of a list. */
class DocumentEnd {
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  #isBroken = false;

  /** True after a control character inside a string: JSON forbids it, and the end of the string would be a guess. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The position of the byte after the document that continues at `start`; -1 if it is not in the chunk. */
  find(chunk: Buffer, start: number): number {
    for (let place = start; place < chunk.length; place++) {
      const byte = chunk[place];
      if (this.#isString && byte !== undefined && byte < SPACE) this.#isBroken = true;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === QUOTE) this.#isString = !this.#isString;
      else if (this.#isString) this.#isEscaped = byte === BACKSLASH;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
      else if (this.#depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) return place;
      else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && this.#depth > 0) this.#depth--;
    }
    return -1;
  }
}
