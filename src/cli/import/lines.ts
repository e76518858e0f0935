import { isAscii } from 'node:buffer';
import type { Entry, LineReader } from './reading.js';

/** A physical line, without its end. */
export interface Line {
  readonly number: number;
  readonly text: string;
  /** Why it is not to be read. */
  readonly rule?: string;
}

/** Bytes: a session with a thousand of the longest module ids has an eighth of it. */
export const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;
export const TOO_LONG = 'must not be longer than 1 MiB';
/** Of a line that is too long, as text. */
const BEGINNING = 200;

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LENIENT = new TextDecoder('utf-8', { ignoreBOM: true });
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Splits bytes into lines, which come together as they arrive. A line that is no UTF-8 or longer than 1 MiB is
 * told by itself and costs no other; none is ever held whole beyond that.
 */
async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
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
      // Copied, so that the chunk can go.
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

/** @param first the number of the first of them */
function decode(bytes: Buffer, first: number): Line[] {
  let text: string;
  try {
    text = textOf(bytes);
  } catch {
    return splitBytes(bytes).map((line, index) => decodeOne(line, first + index));
  }
  return text.split('\n').map((line, index) => trimmed(line, first + index));
}

/** @throws if it is no UTF-8 */
function textOf(bytes: Buffer): string {
  // Looking for anything else first takes a tenth of what decoding does.
  return isAscii(bytes) ? bytes.toString('latin1') : STRICT.decode(bytes);
}

export function decodeOne(bytes: Buffer, number: number): Line {
  try {
    return trimmed(STRICT.decode(bytes), number);
  } catch {
    return { number, text: beginningOf(bytes), rule: 'must be UTF-8' };
  }
}

function trimmed(line: string, number: number): Line {
  if (line.length > MAX_LINE) return { number, text: line.slice(0, BEGINNING), rule: TOO_LONG };
  return { number, text: line.endsWith('\r') ? line.slice(0, -1) : line };
}

function splitBytes(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return [...lines, bytes.subarray(start)];
}

export function beginningOf(bytes: Buffer): string {
  return LENIENT.decode(bytes.subarray(0, BEGINNING));
}

/** Editors on Windows write it at the beginning of a file. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** The entries of a source. Each line is parsed when its turn comes, so that few parsed lines are alive at a time. */
export async function* readEntries(
  chunks: AsyncIterable<Buffer>,
  read: LineReader,
): AsyncGenerator<Iterable<Entry>> {
  for await (const lines of readLines(chunks)) yield lines.values().map((line) => toEntry(line, read));
}

export function toEntry({ number, text, rule }: Line, read: LineReader): Entry {
  const reading = read(text, rule);
  const entry = { line: number, reading, size: text.length };
  return reading.kind === 'broken' ? { ...entry, text } : entry;
}
