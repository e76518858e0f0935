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

export function addPageOptions(command: Command): Command {
  return command
    .option('--limit <count>', 'how many at most, 1 to 1,000 (default: 100)', number)
    .option('--cursor <cursor>', 'where the page before has ended')
    .option('--json', 'a JSON document a line (NDJSON)');
}

/** A page of a list on stdout; on stderr how to go on. */
export function writePage<T>(
  io: Io,
  { json }: PageOptions,
  { items, next }: Page<T>,
  heading: readonly string[],
  toRow: (item: T) => readonly Cell[],
): void {
  if (json) for (const item of items) writeJson(io.stdout, item);
  else writeTable(io.stdout, heading, items.map(toRow));
  if (next !== null) writeLine(io.stderr, `There are more: add --cursor ${next}`);
}
