/*
 * Finds a key that an object of a JSON text has twice. JSON.parse silently keeps only the last of its values.
 *
 * Reading each text a second time would slow down an import. Instead, the texts that may be keys are counted: those
 * before a colon. If the parsed value has as many keys, none is repeated. Otherwise the text is read again: it has a
 * repeated key, or a string such as `":`. Nothing here is recursive, because documents may be nested deeply.
 */
const WHITESPACE: ReadonlySet<string | undefined> = new Set([' ', '\t', '\n', '\r']);

/**
 * @param text valid JSON
 * @param value the parsed text
 */
export function repeatedKey(text: string, value: unknown): string | undefined {
  // JSON.parse can misread a key that has an escape: https://github.com/nodejs/node/issues/63785
  const isCertain = !text.includes('\\') && countPossibleKeys(text) === countKeys(value);
  return isCertain ? undefined : findRepeatedKey(text);
}

/** Counts the colons after a quotation mark. */
function countPossibleKeys(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(':'); colon !== -1; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (WHITESPACE.has(text[before])) before--;
    if (text[before] === '"') count++;
  }
  return count;
}

function countKeys(value: unknown): number {
  let count = 0;
  const pending = [value];
  // The loop also visits the values that it adds.
  for (const container of pending) {
    if (typeof container !== 'object' || container === null) continue;
    const values: unknown[] = Object.values(container);
    if (!Array.isArray(container)) count += values.length;
    for (const each of values) if (typeof each === 'object' && each !== null) pending.push(each);
  }
  return count;
}

function findRepeatedKey(text: string): string | undefined {
  /** The keys of the objects that are open. */
  const open: Set<string>[] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === '"') {
      const start = index;
      index = endOfString(text, start);
      let next = index + 1;
      while (WHITESPACE.has(text[next])) next++;
      if (text[next] !== ':') continue;
      const key = String(JSON.parse(text.slice(start, index + 1)));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** Returns the index of the closing quotation mark. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index;
}
