import { csvCell } from './csv.js';

/** Without it, Excel on Windows reads UTF-8 in the code page of the system. Spreadsheets and `import` skip it. */
export const BYTE_ORDER_MARK = '\ufeff';

/**
 * The characters with which a spreadsheet begins a formula (OWASP, CSV Injection), with the full-width ones of East Asian
 * Excel. Where the list separator is a semicolon, as in most of Europe, Excel also begins a cell after one within a text, also if the
 * cell is quoted.
 */
const FORMULA = /^[\t\r\n]|(?<=^|[;\t\r\n]"*)[=+\-@＝＋－＠]/g;

/** Quoted in addition to RFC 4180: semicolons and tabs, at which LibreOffice may separate cells too. */
const NEEDS_SPREADSHEET_QUOTES = /[",;\t\r\n]/;

/** Returns the cell of a text, with a `'` where a spreadsheet would begin a formula. */
export function spreadsheetCell(text: string): string {
  return csvCell(text.replaceAll(FORMULA, "'$&"), NEEDS_SPREADSHEET_QUOTES);
}
