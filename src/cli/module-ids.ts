import { MODULE_SEPARATOR } from '../core/index.js';
import { isMissingWord } from './missing-words.js';

/** Returns module ids or groups as the text of a CSV cell that {@link parseModuleIdsCell} reads. */
export function formatListCell(items: readonly string[]): string {
  const text = items.join(MODULE_SEPARATOR);
  const isAmbiguous = /^[[{]/.test(text) || isMissingWord(text) || (items.length === 1 && text.includes(','));
  return isAmbiguous ? JSON.stringify(items) : text;
}

/**
 * Parses the module ids of a CSV cell: joined by semicolons, or a list of JSON, Python or Postgres. Returns `undefined`
 * for ids that are joined by commas, and for text that only begins like a list.
 */
export function parseModuleIdsCell(text: string): readonly unknown[] | undefined {
  if (isMissingWord(text)) return [];
  if (text.startsWith('[')) return parseList(text) ?? parseList(text.replaceAll("'", '"'));
  if (text.startsWith('{')) return parseArray(text);
  if (text.includes(',') && !text.includes(MODULE_SEPARATOR)) return undefined;
  return text.split(MODULE_SEPARATOR).map((id) => id.trim());
}

/** A list may have numbers, which are ids too. Larger numbers would lose digits. */
function parseList(text: string): readonly unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || list.some((id) => typeof id === 'number' && !Number.isSafeInteger(id))) {
      return undefined;
    }
    return list.map((id: unknown) => (typeof id === 'number' ? String(id) : id));
  } catch {
    return undefined;
  }
}

const ELEMENT = String.raw`\s*(?:"(?:[^"\\]|\\.)*"|[^"\\{},;\s]+)\s*`;
/** An array of Postgres. */
const ARRAY = new RegExp(String.raw`^\{(?:\s*|${ELEMENT}(?:,${ELEMENT})*)\}$`);

function parseArray(text: string): readonly string[] | undefined {
  if (!ARRAY.test(text)) return undefined;
  const elements = Array.from(text.matchAll(/"((?:[^"\\]|\\.)*)"|[^"\\{},;\s]+/g));
  if (elements.some(([element]) => /^null$/i.test(element))) return undefined;
  return elements.map(([element, quoted]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? element);
}
