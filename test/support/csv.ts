import { parse } from 'csv-parse/sync';
import * as z from 'zod';

const rowsSchema = z.array(z.record(z.string(), z.string()));

/** Text that CSV must quote, that a spreadsheet could execute, or that is displayed in an unusual way. */
export const HOSTILE_NAMES = [
  'Says "hi", twice',
  'Line\r\nbreak\nand\rreturn',
  '=HYPERLINK("http://example.com";"x")',
  '+1',
  '-1,5',
  '@SUM(1)',
  '＝1＋1',
  'x;=1',
  'x\t=1',
  'x\n@1',
  'x=1;y-2; -3',
  '\u202egnp.exe',
  '😀 Ünïcode',
  "'quoted'",
  '\ufeffx',
] as const;

/** Parses CSV with an independent parser, as objects of text. */
export function parseCsv(text: string): Record<string, string>[] {
  return rowsSchema.parse(parse(text, { columns: true, bom: true }));
}

/** Returns the cells that an item of a JSON list must have as CSV. */
export function cellsOf(item: object, textOf = (text: string) => text): Record<string, string> {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]: [string, unknown]) => {
      if (value === null) return [name, ''];
      if (Array.isArray(value)) return [name, textOf(value.join(';'))];
      return [name, typeof value === 'string' ? textOf(value) : JSON.stringify(value)];
    }),
  );
}
