/** A Markdown table. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [heading(columns), ...rows.map(row)].join('\n');
}

/** The heading by itself, where rows are printed as they come. */
export function heading(columns: readonly string[]): string {
  return `${row(columns)}\n${row(columns.map(() => '---'))}`;
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** One number as a multiple of another. */
export function times(value: number, other = Number.NaN): string {
  return `${(value / other).toFixed(2)}×`;
}

export function perSecond(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}
