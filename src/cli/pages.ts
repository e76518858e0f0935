import { once } from 'node:events';
import type { Command } from 'commander';
import type { Page } from '../core/index.js';
import { number } from './arguments.js';
import type { Io } from './io.js';
import { writeJson, writeLine, writeTable, type Cell } from './output.js';

export interface PageOptions {
  readonly limit?: number | string;
  readonly cursor?: string;
  readonly json?: boolean;
}

/** How many items are asked for at once where no limit is given. */
const PAGE = 1000;

export function addPageOptions(command: Command): Command {
  return command
    .option('--limit <count>', 'one page of so many at most, 1 to 1,000 (default: everything)', number)
    .option('--cursor <cursor>', 'where the page before has ended')
    .option('--json', 'a JSON document a line (NDJSON)');
}

/** A list on stdout, page by page; after a single page on stderr how to go on. */
export async function writePages<T>(
  io: Io,
  { json, limit, cursor }: PageOptions,
  fetchPage: (page: { limit: number | string; cursor: string | undefined }) => Promise<Page<T>>,
  heading: readonly string[],
  toRow: (item: T) => readonly Cell[],
): Promise<void> {
  const first = await fetchPage({ limit: limit ?? PAGE, cursor });
  await write(first.items, heading);
  if (limit !== undefined) {
    if (first.next !== null) writeLine(io.stderr, `There are more: add --cursor ${first.next}`);
    return;
  }
  for (let { next } = first; next !== null;) {
    const page = await fetchPage({ limit: PAGE, cursor: next });
    await write(page.items);
    ({ next } = page);
  }

  /** Waits for a slow reader, so that a long list is never all in memory. */
  async function write(items: readonly T[], head?: readonly string[]): Promise<void> {
    if (json) for (const item of items) writeJson(io.stdout, item);
    else writeTable(io.stdout, items.map(toRow), head);
    if (io.stdout.writableNeedDrain) await once(io.stdout, 'drain');
  }
}
