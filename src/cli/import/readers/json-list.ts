import { beginningOf, decodeOne, MAX_LINE, TOO_LONG, type Line } from './lines.js';

/** Documents per group. */
const GROUP = 1_000;

const [TAB, NEWLINE, RETURN, SPACE] = [0x09, 0x0a, 0x0d, 0x20];
const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Splits a JSON list of any length into numbered documents as they arrive. A document that is not UTF-8 or is
 * longer than 1 MiB has a `fault`. At most 1 MiB of a document is buffered. The caller parses the documents
 * and has checked that the list begins with a bracket.
 *
 * @throws if a document or the end of the list is missing, or a string is not closed
 */
export async function* readJsonList(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
  const list = new ListSplitter();
  for await (const chunk of chunks) {
    const end = yield* list.split(chunk, 0);
    if (chunk.subarray(end).some((byte) => !isBlank(byte))) {
      throw new Error('The file must end with the JSON list.');
    }
  }
  list.end();
}

/** Splits one list, whose first byte may follow others. */
export class ListSplitter {
  #state: 'before' | 'begun' | 'between' | 'in a document' | 'after' = 'before';
  readonly #end = new DocumentEnd();
  /** The parts of the current document. */
  #parts: Buffer[] = [];
  #size = 0;
  #documents: number;

  /** @param documents the number of documents in the lists before this one */
  constructor(documents = 0) {
    this.#documents = documents;
  }

  get documents(): number {
    return this.#documents;
  }

  get isComplete(): boolean {
    return this.#state === 'after';
  }

  /** @throws if the list is not complete */
  end(): void {
    if (this.isComplete) return;
    throw new Error(
      `The JSON list is truncated after document ${this.#documents}; download or export the file again.`,
    );
  }

  /** Returns the index after the end of the list, or the length of the chunk. */
  *split(chunk: Buffer, from: number): Generator<readonly Line[], number> {
    let group: Line[] = [];
    let start = from;
    while (start < chunk.length && !this.isComplete) {
      if (this.#state !== 'in a document') {
        if (this.#begins(chunk[start])) this.#state = 'in a document';
        else start++;
        continue;
      }
      const end = this.#end.find(chunk, start);
      if (this.#end.isBroken) {
        throw new Error(
          `Document ${this.#documents + 1} of the JSON list has an unclosed string or an unescaped control character; repair the list and import it again.`,
        );
      }
      this.#add(chunk.subarray(start, end === -1 ? chunk.length : end));
      if (end === -1) break;
      group.push(this.#take());
      if (group.length === GROUP) {
        yield group;
        group = [];
      }
      this.#state = chunk[end] === COMMA ? 'between' : 'after';
      start = end + 1;
    }
    if (group.length > 0) yield group;
    return this.isComplete ? start : chunk.length;
  }

  /** Returns true if a document begins with this byte, which is not inside a document. */
  #begins(byte: number | undefined): boolean {
    if (this.#state === 'before') {
      if (byte === OPEN_LIST) this.#state = 'begun';
      return false;
    }
    if (isBlank(byte)) return false;
    if (this.#state === 'begun' && byte === CLOSE_LIST) {
      this.#state = 'after';
      return false;
    }
    if (byte !== COMMA && byte !== CLOSE_LIST) return true;
    throw new Error(`Document ${this.#documents + 1} of the JSON list is missing; remove the extra comma.`);
  }

  #add(bytes: Buffer): void {
    if (this.#size <= MAX_LINE) this.#parts.push(bytes);
    this.#size += bytes.length;
  }

  #take(): Line {
    const [first] = this.#parts;
    const bytes = first && this.#parts.length === 1 ? first : Buffer.concat(this.#parts);
    const isTooLong = this.#size > MAX_LINE;
    this.#parts = [];
    this.#size = 0;
    const number = ++this.#documents;
    return isTooLong ? { number, text: beginningOf(bytes), fault: TOO_LONG } : decodeOne(bytes, number);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}

class DocumentEnd {
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  #isBroken = false;

  /** True after a control character inside a string. JSON forbids it, so the string has no known end. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Returns the index of the byte after the current document; -1 if the chunk does not contain it. */
  find(chunk: Buffer, start: number): number {
    for (let index = start; index < chunk.length; index++) {
      const byte = chunk[index];
      if (this.#isString && byte !== undefined && byte < SPACE) this.#isBroken = true;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === QUOTE) this.#isString = !this.#isString;
      else if (this.#isString) this.#isEscaped = byte === BACKSLASH;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
      else if (this.#depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) return index;
      else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && this.#depth > 0) this.#depth--;
    }
    return -1;
  }
}
