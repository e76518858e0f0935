import { isUtf8 } from 'node:buffer';

export const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The byte order marks of UTF-16. Excel writes one in files of "Unicode text". */
const MARKS: readonly (readonly [mark: Buffer, encoding: Encoding])[] = [
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
];
const MARK_LENGTH = 2;
/** Bytes of a character in UTF-8. */
const MAX_CHARACTER = 4;

/** The characters of the bytes 0x80 to 0x9F. Windows does not use the five bytes that stay as they are. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/**
 * Converts a file to UTF-8.
 *
 * @param encoding default: UTF-16 if a byte order mark says so, else UTF-8
 *
 * @throws for a file that is not in its encoding. Invalid UTF-8 passes, because it invalidates only its own line.
 */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding | undefined,
): AsyncGenerator<Buffer> {
  let decode = encoding && decoderOf(encoding);
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (decode) {
      yield decode(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < MARK_LENGTH) continue;
    decode = decoderOf(encodingOf(head));
    yield decode(head);
  }
  yield decode ? decode(undefined) : head;
}

/** Returns the encoding of a file by its first bytes. */
export function encodingOf(head: Buffer): Encoding {
  return MARKS.find(([mark]) => head.subarray(0, MARK_LENGTH).equals(mark))?.[1] ?? 'utf-8';
}

/** Returns the encoding to suggest for a file that is not UTF-8, by its first kilobytes. */
export function suggestedEncoding(head: Buffer): Encoding {
  const encoding = encodingOf(head);
  if (encoding !== 'utf-8') return encoding;
  if (head.subarray(0, MARK_LENGTH).indexOf(0) === 1) return 'utf-16le';
  if (head.subarray(0, MARK_LENGTH).indexOf(0) === 0) return 'utf-16be';
  // The last character may be cut.
  const cuts = Array.from({ length: MAX_CHARACTER }, (_, cut) => head.subarray(0, head.length - cut));
  const isText = cuts.some((bytes) => isUtf8(bytes));
  return isText ? 'utf-8' : 'windows-1252';
}

/** Returns a function that converts a chunk, or the end of the file. */
function decoderOf(encoding: Encoding): (chunk: Buffer | undefined) => Buffer {
  if (encoding === 'utf-8') return (chunk = Buffer.alloc(0)) => chunk;
  if (encoding === 'windows-1252') {
    return (chunk = Buffer.alloc(0)) => {
      const text = chunk.toString('latin1');
      return Buffer.from(
        text.replaceAll(/[\x80-\x9f]/g, (char) => WINDOWS_1252.charAt(char.charCodeAt(0) - 0x80)),
      );
    };
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  return (chunk) => {
    try {
      return Buffer.from(chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode());
    } catch (error) {
      throw new Error(`The file is not ${encoding.toUpperCase()}; correct --encoding or save it as UTF-8.`, {
        cause: error,
      });
    }
  };
}
