import * as z from 'zod';
import { integer, parseJson, rule } from './validation.js';

export const MAX_LIMIT = 1000;
export const DEFAULT_LIMIT = 100;

export const limitSchema = integer(1, MAX_LIMIT)
  .default(DEFAULT_LIMIT)
  .describe('The maximum number of items on the page.');

export interface Page<T> {
  readonly items: T[];
  /** The `cursor` of the next page; `null` on the last page. */
  readonly next: string | null;
}

export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('The `cursor` of the next page. Null on the last page.'),
  });

const error = rule('must be the `next` of an earlier page');

/**
 * An opaque cursor: the sort key of the last item of a page. The next page begins after this key, so that
 * items added or removed meanwhile do not shift or repeat others.
 */
export function cursorSchema<Key>(key: z.ZodType<Key>) {
  const text = z.string({ error }).regex(/^[\w-]+$/, { error, abort: true });
  return text.transform((cursor, context) => {
    const decoded = key.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
    if (decoded.success) return decoded.data;
    context.addIssue({ code: 'custom', message: error({ input: cursor }) });
    return z.NEVER;
  });
}

export function encodeCursor(key: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * Creates a page from the rows of a query for one row more than the limit. The extra row shows that there is
 * a next page, so that only a first page can be empty.
 */
export function toPage<T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
