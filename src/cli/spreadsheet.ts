import type { Writable } from 'node:stream';
import { Option } from 'commander';
import { BYTE_ORDER_MARK, csvHeader, csvLine, spreadsheetCell } from '../core/index.js';

export function csvOption(): Option {
  return new Option(
    '--csv',
    "print CSV for spreadsheets: UTF-8 with a byte order mark, and with a ' before text that would be a formula",
  ).conflicts('json');
}

/** Writes a part of a list as CSV; the first part has the header. */
export function writeCsv<Row extends object>(
  stream: Writable,
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
  isFirst = true,
): void {
  const header = isFirst ? BYTE_ORDER_MARK + csvHeader(columns) : '';
  stream.write(header + rows.map((row) => csvLine(columns, row, spreadsheetCell)).join(''));
}
