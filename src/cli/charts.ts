import { Option } from 'commander';
import type { Io } from './io.js';
import { shareOf } from '../core/index.js';

/** Draws shares from 0 to 1 with characters. */
export interface Charts {
  /** A share above 0 has at least the thinnest bar. */
  readonly bar: (share: number, longest: number) => string;
  /** One character of a sparkline. */
  readonly level: (share: number) => string;
}

export interface ChartOptions {
  readonly ascii?: boolean;
}

export function asciiOption(): Option {
  return new Option('--ascii', 'draw charts with ASCII characters, also if stdout is not a terminal');
}

/** Characters of the longest bar, so that a table fits a terminal of 100 or of 80 columns. */
const TABLE_BAR_WIDTH = { wide: 24, narrow: 8 };
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export const BLOCKS: Charts = {
  bar: (share, longest) => {
    const eighths = Math.ceil(share * longest * 8);
    return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  },
  level: (share) => levelOf('▁▂▃▄▅▆▇█', share),
};

export const ASCII: Charts = {
  bar: (share, longest) => '#'.repeat(Math.ceil(share * longest)),
  level: (share) => levelOf('_.:-=+*#', share),
};

function levelOf(levels: string, share: number): string {
  return levels.charAt(Math.min(levels.length - 1, Math.floor(share * levels.length)));
}

/** Charts of block characters on a terminal and of plain ones with `--ascii`; a file has none by default. */
export function chartsFor({ terminal }: Pick<Io, 'terminal'>, { ascii }: ChartOptions): Charts | undefined {
  if (ascii) return ASCII;
  return terminal ? BLOCKS : undefined;
}

/** Returns a function that draws a value as a bar in proportion to the largest value. */
export function barsFor(
  charts: Charts,
  values: readonly number[],
  { stdout }: Pick<Io, 'stdout'>,
): (value: number) => string {
  const share = shareOf(values);
  const longest = (stdout.columns || 100) < 100 ? TABLE_BAR_WIDTH.narrow : TABLE_BAR_WIDTH.wide;
  return (value) => charts.bar(share(value), longest);
}

/** Returns a function that draws a value as a level in proportion to the largest value, and `null` as nothing. */
export function levelsFor(
  charts: Charts,
  values: readonly (number | null)[],
): (value: number | null) => string {
  const share = shareOf(values.map((value) => value ?? 0));
  return (value) => (value === null ? '' : charts.level(share(value)));
}
