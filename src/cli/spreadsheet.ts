import type { Writable } from 'node:stream';
import { Option } from 'commander';
import { csvCell, csvHeader, csvLine } from '../core/index.js';

/** Without it, Excel on Windows reads UTF-8 in the code page of the system. Spreadsheets and `import` skip it. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * The characters with which a spreadsheet begins a formula (OWASP, CSV Injection), with the full-width ones of East Asian
 * Excel. Where the list separator is a semicolon, as in most of Europe, Excel also begins a cell after one within a text.
 */
const FORMULA = /^[\t\r\n]|(?<=^|[;\t\r\n])[=+\-@＝＋－＠]/g;

/** Quoted in addition to RFC 4180: semicolons and tabs, at which LibreOffice may separate cells too. */
const NEEDS_SPREADSHEET_QUOTES = /[",;\t\r\n]/;

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
  stream.write(header + rows.map((row) => csvLine(columns, row, toCell)).join(''));
}

function toCell(text: string): string {
  return csvCell(text.replaceAll(FORMULA, "'$&"), NEEDS_SPREADSHEET_QUOTES);
}
