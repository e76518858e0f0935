import { isAscii } from 'node:buffer';
import type { Entry, ParsedLine } from './entry.js';

/** A line without its line end, or a document of a JSON list. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** The position in messages. Default: `line N`. */
  readonly label?: string;
  /** The fault of a line that cannot be read. */
  readonly fault?: string;
}

/** Bytes. The longest valid session has an eighth of this length. */
export const MAX_LINE = 1024 * 1024;
export const TOO_LONG = 'must be at most 1 MiB long';
export const NOT_UTF_8 = 'must be UTF-8';
const NEWLINE = 0x0a;
/** Bytes of an invalid line that are reported. */
const BEGINNING = 200;

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Splits bytes into lines and yields them in groups as they arrive. A line that is not UTF-8 or is longer
 * than 1 MiB has a `fault` and does not affect other lines. At most 1 MiB of a line is buffered.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
  let number = 0;
  let carry = Buffer.alloc(0);
  let isDropping = false;
  const toLines = (bytes: Buffer): Line[] => {
    const lines = decode(bytes, number + 1);
    number += lines.length;
    return lines;
  };
  for await (let chunk of chunks) {
    if (isDropping) {
      const end = chunk.indexOf(NEWLINE);
      if (end === -1) continue;
      isDropping = false;
      chunk = chunk.subarray(end + 1);
    }
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) {
      carry = Buffer.concat([carry, chunk]);
    } else {
      yield toLines(Buffer.concat([carry, chunk.subarray(0, end)]));
      // A slice would keep the whole chunk in memory.
      carry = Buffer.from(chunk.subarray(end + 1));
    }
    if (carry.length > MAX_LINE) {
      yield [{ number: ++number, text: beginningOf(carry), fault: TOO_LONG }];
      carry = Buffer.alloc(0);
      isDropping = true;
    }
  }
  if (carry.length > 0) yield toLines(carry);
}

/** Parses lines lazily, so that few parsed lines are in memory. */
export function* toEntries(lines: Iterable<Line>, read: (text: string) => ParsedLine): Generator<Entry> {
  for (const { number, text, fault, label } of lines) {
    const parsed = fault === undefined ? read(text) : { faults: [{ detail: fault }] };
    if (!parsed) continue;
    const entry = { line: number, size: text.length, ...(label !== undefined && { label }), ...parsed };
    yield 'faults' in entry ? { ...entry, text } : entry;
  }
}

export async function* readEntries(
  chunks: AsyncIterable<Buffer>,
  read: (text: string) => ParsedLine,
): AsyncGenerator<Iterable<Entry>> {
  for await (const lines of readLines(chunks)) yield toEntries(lines, read);
}

/** @param first the number of the first line */
function decode(bytes: Buffer, first: number): Line[] {
  let text: string;
  try {
    // isAscii() takes a tenth of the time of decoding UTF-8.
    text = isAscii(bytes) ? bytes.toString('latin1') : STRICT.decode(bytes);
  } catch {
    const lines = bytes.toString('latin1').split('\n');
    return lines.map((line, index) => decodeOne(Buffer.from(line, 'latin1'), first + index));
  }
  return text.split('\n').map((line, index) => trimmed(line, first + index));
}

export function decodeOne(bytes: Buffer, number: number): Line {
  try {
    return trimmed(STRICT.decode(bytes), number);
  } catch {
    return { number, text: beginningOf(bytes), fault: NOT_UTF_8 };
  }
}

function trimmed(line: string, number: number): Line {
  // UTF-8 has at most 3 bytes for each character of JavaScript.
  const isTooLong = line.length * 3 > MAX_LINE && Buffer.byteLength(line) > MAX_LINE;
  if (isTooLong) return { number, text: line.slice(0, BEGINNING), fault: TOO_LONG };
  return { number, text: line.endsWith('\r') ? line.slice(0, -1) : line };
}

export function beginningOf(bytes: Buffer): string {
  return LENIENT.decode(bytes.subarray(0, BEGINNING));
}

/** Windows editors write a byte order mark at the beginning of a file. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** Returns true for a line without content. A byte order mark is not content. */
export function isBlank(text: string): boolean {
  return withoutByteOrderMark(text).trim() === '';
}
