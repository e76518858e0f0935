import { encodeCursor, type Page } from '../../model/pagination.js';

/** Reads rows page by page. Each page starts after the last row of the previous one. */
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

/** Rows per query: the default page size plus one row, which shows that there is a next page. */
const PART = 101;
/** Characters of module ids after which a page ends; 1,000 items can have a hundred times as many. */
const MAX_MODULES_TEXT = 1024 * 1024;

interface Parts<Row> {
  readonly limit: number;
  /** Reads the rows after `after`, or the first rows of the page, in the order of the list. */
  readonly read: (after: Row | undefined, count: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => readonly string[];
}

/**
 * Reads a page of rows with module ids in several queries, and ends it early if the ids are long, so that a
 * page blocks the event loop only briefly.
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
