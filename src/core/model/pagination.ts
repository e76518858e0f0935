import * as z from 'zod';
import { integer, parseJson, rule } from './validation.js';

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;

export const limitSchema = integer(1, MAX_LIMIT)
  .default(DEFAULT_LIMIT)
  .describe('How many items a page holds at most.');

/** One page of a list. */
export interface Page<T> {
  readonly items: T[];
  /** The `cursor` of the next page; `null` on the last one. */
  readonly next: string | null;
}

export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().describe('What to pass as `cursor` for the next page; null on the last one.'),
  });

const error = rule('must be the `next` of an earlier page');

/**
 * An opaque cursor: the sort key of a page's last item. The next page begins after that key, so that items
 * that come or go meanwhile neither shift nor repeat the others.
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

export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * Cuts a page from a query that asked for one row more than the limit: the extra row says that there is a
 * next page, so that no page but the first is ever empty.
 */
export function toPage<T>(rows: readonly T[], limit: number, cursorOf: (last: T) => string): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
