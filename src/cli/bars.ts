import type { Io } from './io.js';

/** Characters of the longest bar, so that a table fits a terminal of 100 or of 80 columns. */
const BAR_WIDTH = { wide: 24, narrow: 8 };
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Returns a function that draws a value as a bar in proportion to the largest value. */
export function barsFor(values: readonly number[], { stdout }: Io): (value: number) => string {
  const largest = Math.max(1, ...values);
  const longest = (stdout.columns || 100) < 100 ? BAR_WIDTH.narrow : BAR_WIDTH.wide;
  return (value) => bar(value / largest, longest);
}

/** A value above 0 has at least the thinnest bar. */
function bar(part: number, longest: number): string {
  const eighths = Math.ceil(part * longest * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}
