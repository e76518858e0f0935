import { peek } from '../readers/json.js';
import { readJsonList } from '../readers/json-list.js';
import { readLines, type Line } from '../readers/lines.js';
import { PAGE_START, readPages } from './pages.js';

/** Characters in which the key of the list occurs in a page. */
const MAX_START = 1_024;

export interface StatementLines {
  /** What the numbers count. */
  readonly unit: 'line' | 'document';
  readonly groups: AsyncGenerator<readonly Line[]>;
}

/**
 * Splits a file into statements: one on each line, a JSON list, or pages of an LRS.
 *
 * @param onMore receives the address of the page after the last one
 */
export async function splitStatements(
  chunks: AsyncIterable<Buffer>,
  onMore: (more: string) => void,
): Promise<StatementLines> {
  const { start, all } = await peek(
    chunks,
    (text) => text !== '' && (!text.startsWith('{') || text.length >= MAX_START || isPage(text)),
  );
  if (isPage(start)) return { unit: 'document', groups: readPages(all, onMore) };
  if (start.startsWith('[')) return { unit: 'document', groups: readJsonList(all) };
  return { unit: 'line', groups: readLines(all) };
}

function isPage(start: string): boolean {
  return PAGE_START.test(start.slice(0, MAX_START));
}
