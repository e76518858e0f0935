import { isAscii } from 'node:buffer';
import type { Entry, Reading } from './entry.js';

/** A physical line without its line end, or a document of a JSON list. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** Why it cannot be read. */
  readonly rule?: string;
}

/** Bytes. A session with 1,000 of the longest module ids takes an eighth of it. */
export const MAX_LINE = 1024 * 1024;
export const TOO_LONG = 'must not be longer than 1 MiB';
const NEWLINE = 0x0a;
/** Bytes that are kept of a line that cannot be read. */
const BEGINNING = 200;

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Splits bytes into lines and yields them in groups as they arrive. A line that is not UTF-8 or longer than 1 MiB comes
 * with the rule that it breaks; the other lines are not affected, and no line is ever held beyond 1 MiB.
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
      // A copy, so that the chunk can be collected.
      carry = Buffer.from(chunk.subarray(end + 1));
    }
    if (carry.length > MAX_LINE) {
      yield [{ number: ++number, text: beginningOf(carry), rule: TOO_LONG }];
      carry = Buffer.alloc(0);
      isDropping = true;
    }
  }
  if (carry.length > 0) yield toLines(carry);
}

/** Parses each line only when the caller takes it, so that few parsed lines are alive at a time. */
export function* toEntries(lines: Iterable<Line>, read: (text: string) => Reading): Generator<Entry> {
  for (const { number, text, rule } of lines) {
    const reading = rule === undefined ? read(text) : { faults: [{ rule }] };
    if (!reading) continue;
    const entry = { line: number, size: text.length, ...reading };
    yield 'faults' in entry ? { ...entry, text } : entry;
  }
}

export async function* readEntries(
  chunks: AsyncIterable<Buffer>,
  read: (text: string) => Reading,
): AsyncGenerator<Iterable<Entry>> {
  for await (const lines of readLines(chunks)) yield toEntries(lines, read);
}

/** @param first the number of the first line */
function decode(bytes: Buffer, first: number): Line[] {
  let text: string;
  try {
    // The check takes a tenth of the time that decoding takes.
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
    return { number, text: beginningOf(bytes), rule: 'must be UTF-8' };
  }
}

function trimmed(line: string, number: number): Line {
  // UTF-8 has at most 3 bytes for each character of JavaScript.
  const isTooLong = line.length * 3 > MAX_LINE && Buffer.byteLength(line) > MAX_LINE;
  if (isTooLong) return { number, text: line.slice(0, BEGINNING), rule: TOO_LONG };
  return { number, text: line.endsWith('\r') ? line.slice(0, -1) : line };
}

export function beginningOf(bytes: Buffer): string {
  return LENIENT.decode(bytes.subarray(0, BEGINNING));
}

/** Editors on Windows write it at the beginning of a file. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}
