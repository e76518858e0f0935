/** More than any document of the API has: a list in an object. */
export const MAX_CONTAINERS = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set(Buffer.from('[{'));

/**
 * Whether a text has so many lists and objects that it is none of the API's documents. Parsing a megabyte of them
 * takes a hundred times as long as parsing a text of the same length, and stops everybody meanwhile.
 */
export function isOverNested(json: Buffer): boolean {
  let containers = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const byte = json[index] ?? 0;
    if (byte === QUOTE) inString = !inString;
    else if (inString) index += byte === BACKSLASH ? 1 : 0;
    else if (OPENING.has(byte) && ++containers > MAX_CONTAINERS) return true;
  }
  return false;
}
