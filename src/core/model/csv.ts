/*
 * CSV as in RFC 4180, with one header row and the fields of the JSON as columns, but lines end in LF. HTTP and exports
 * write each value as it is, so that the rows can be read back exactly. The command line changes the text for spreadsheets.
 *
 * HTTP writes every list in one form, joined by semicolons, so that a client needs one rule. `import` also reads the lists of
 * other programs, so an export writes a list as JSON where `import` would mistake the joined text for one of those.
 */

/** Separates the elements of a list within one cell. No module id and no group contains it. */
const LIST_SEPARATOR = ';';
/** Characters that RFC 4180 requires to be quoted. */
const NEEDS_QUOTES = /[",\r\n]/;

export function csvHeader(columns: readonly string[]): string {
  return `${columns.join()}\n`;
}

/**
 * Returns a row as one line. `null` is an empty cell, and a number is as in JSON.
 *
 * @param toCell converts the values that are text. Default: {@link csvCell}
 */
export function csvLine<Row extends object>(
  columns: readonly (keyof Row & string)[],
  row: Row,
  toCell: (text: string) => string = csvCell,
): string {
  return `${columns.map((column) => valueToCell(row[column], toCell)).join()}\n`;
}

function valueToCell(value: unknown, toCell: (text: string) => string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return toCell(value);
  if (Array.isArray(value)) return toCell(value.join(LIST_SEPARATOR));
  return JSON.stringify(value);
}

/** @param special the characters because of which a cell is quoted */
export function csvCell(text: string, special: RegExp = NEEDS_QUOTES): string {
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
