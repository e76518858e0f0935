/** How R, pandas, SQL clients and Moodle write a missing value. */
const MISSING: ReadonlySet<string> = new Set(['NA', 'NaN', 'null', 'NULL', 'None', '-']);

/** Characters of the longest one. Looking up a long text takes longer. */
const MAX_LENGTH = 4;

/** True for a word that means a missing value. */
export function isMissingWord(text: string): boolean {
  return text.length <= MAX_LENGTH && MISSING.has(text);
}

const SIMILAR = /^(?:#?n\/?a|nan|null|none|undefined|-+)$/i;

/** Also true for words that may mean a missing value, but not in every program. */
export function looksMissing(text: string): boolean {
  return SIMILAR.test(text);
}
