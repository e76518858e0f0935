import { MODULE_SEPARATOR } from '../core/index.js';
import { isMissingWord } from './missing-words.js';

/** Returns the module ids of a session as the text of a CSV cell that {@link parseModuleIdsCell} reads. */
export function formatModuleIdsCell(ids: readonly string[]): string {
  const text = ids.join(MODULE_SEPARATOR);
  const isAmbiguous = /^[[{]/.test(text) || isMissingWord(text) || (ids.length === 1 && text.includes(','));
  return isAmbiguous ? JSON.stringify(ids) : text;
}

/**
 * Parses the module ids of a CSV cell: joined by semicolons, or a list of JSON, Python or Postgres. Returns `undefined`
 * for ids that are joined by commas.
 */
export function parseModuleIdsCell(text: string): readonly unknown[] | undefined {
  if (isMissingWord(text)) return [];
  const list = text.startsWith('[') ? (parseList(text) ?? parseList(text.replaceAll("'", '"'))) : undefined;
  if (list) return list;
  const array = /^\{([^{};]*)\}$/.exec(text)?.[1];
  if (array === '') return [];
  if (array !== undefined) return array.split(',').map((id) => id.trim().replace(/^"(.*)"$/, '$1'));
  if (text.includes(',') && !text.includes(MODULE_SEPARATOR)) return undefined;
  return text.split(MODULE_SEPARATOR).map((id) => id.trim());
}

/** A list may have numbers, which are ids too. */
function parseList(text: string): readonly unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return undefined;
    return list.map((id: unknown) => (typeof id === 'number' ? String(id) : id));
  } catch {
    return undefined;
  }
}
