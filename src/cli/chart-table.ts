import { barsFor, chartsFor, type ChartOptions } from './charts.js';
import type { Io } from './io.js';
import { isNumberColumn, writeFittingTable, type Cell } from './output.js';

/** A table before it becomes characters or HTML. */
export interface ChartTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** A last column of bars, one for each row, in proportion to the largest value. */
  readonly bars?: { readonly name: string; readonly values: readonly number[] };
}

/** Writes a table that fits the terminal, with its bars if there are charts. */
export function writeChartTable(io: Io, { heading, rows, bars }: ChartTable, options: ChartOptions): void {
  const charts = bars && chartsFor(io, options);
  if (!charts) {
    writeFittingTable(io, rows, heading, options);
    return;
  }
  const barOf = barsFor(charts, bars.values, io);
  const drawn = rows.map((row, index) => [...row, barOf(bars.values[index] ?? 0)]);
  writeFittingTable(io, drawn, [...heading, bars.name], options);
}

/** Returns true for each column of numbers, which are aligned to the right. */
export function numberColumns({ heading, rows }: ChartTable): boolean[] {
  return heading.map((_, column) => isNumberColumn(rows, column));
}
