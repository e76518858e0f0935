import { encodeCursor, type Page } from '../../model/pagination.js';

/** Reads rows page by page, each page after the last row of the one before, so that every page costs the same. */
export async function* keysetPages<Row>(
  size: number,
  read: (last: Row | undefined) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined;
  do {
    const rows = await read(last);
    if (rows.length > 0) yield rows;
    last = rows.length < size ? undefined : rows.at(-1);
  } while (last);
}

/** Rows of one query: the default page and one more row, which shows that there is a next page. */
const PART = 101;
/** Characters of module ids after which a page ends: a thousand items can have a hundred times as many. */
const MAX_MODULES_TEXT = 1024 * 1024;

interface Parts<Row> {
  readonly limit: number;
  /** Reads the rows after one, or from the start of the page, in the order of the list. */
  readonly read: (after: Row | undefined, count: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => readonly string[];
}

/**
 * Reads a page of rows with module ids. It is read in parts and ends early if the ids are long, so that a page blocks
 * the event loop only for a short time.
 */
export async function readPageInParts<Row extends { readonly module_ids: string }>({
  limit,
  read,
  keyOf,
}: Parts<Row>): Promise<Page<Row>> {
  const items: Row[] = [];
  let text = 0;
  for (;;) {
    const count = Math.min(PART, limit + 1 - items.length);
    const rows = await read(items.at(-1), count);
    for (const row of rows) {
      const last = items.at(-1);
      if (last && (items.length === limit || text >= MAX_MODULES_TEXT)) {
        return { items, next: encodeCursor(keyOf(last)) };
      }
      items.push(row);
      text += row.module_ids.length;
    }
    if (rows.length < count) return { items, next: null };
  }
}
