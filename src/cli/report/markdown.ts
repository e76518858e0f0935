import { numberColumns, type ChartTable } from '../chart-table.js';
import { BLOCKS } from '../charts.js';
import { formatCell } from '../output.js';
import { shareOf } from '../../core/index.js';
import { widthOf } from '../text-width.js';
import type { ReportDocument } from './document.js';

/** Characters of the longest bar. */
const MARKDOWN_BAR_WIDTH = 16;
/** Code, emphasis, links, HTML, entities, formulas, the ends of cells, and what makes an address or a name a link. */
const MARKDOWN_SYNTAX = /[\\`*_~[\]<>|&@$]|(?<=https?|ftp|mailto|xmpp):|(?<=www)\./gi;

export function toMarkdown({ title, intro, sections }: ReportDocument): string {
  const parts = [`# ${escape(title)}`, ...intro.map(escape)];
  for (const { heading, blocks } of sections) {
    parts.push(`## ${escape(heading)}`);
    parts.push(...blocks.map((block) => (typeof block === 'string' ? escape(block) : toTable(block))));
  }
  return `${parts.join('\n\n')}\n`;
}

/** Makes text show as it is. Cells and texts of a report contain no line breaks: `formatCell` escapes them. */
function escape(text: string): string {
  return formatCell(text).replaceAll(MARKDOWN_SYNTAX, String.raw`\$&`);
}

/** Aligns the columns, because mail programs show Markdown as it is. */
function toTable(table: ChartTable): string {
  const { heading, rows, bars } = table;
  const share = shareOf(bars?.values ?? []);
  const barCells = bars?.values.map((value) => BLOCKS.bar(share(value), MARKDOWN_BAR_WIDTH));
  const lines = [
    [...heading, ...(bars ? [bars.name] : [])].map(escape),
    ...rows.map((row, index) => [
      ...row.map((cell) => escape(formatCell(cell))),
      ...(barCells ? [barCells[index] ?? ''] : []),
    ]),
  ];
  const isNumber = numberColumns(table);
  const widths = lines.reduce<number[]>(
    (widest, line) => line.map((text, column) => Math.max(3, widthOf(text), widest[column] ?? 0)),
    [],
  );
  const rule = widths.map((width, column) => `${'-'.repeat(width - 1)}${isNumber[column] ? ':' : '-'}`);
  const padded = lines.map((line) =>
    line.map((text, column) => {
      const padding = ' '.repeat((widths[column] ?? 0) - widthOf(text));
      return isNumber[column] ? padding + text : text + padding;
    }),
  );
  const [first = [], ...body] = padded;
  return [first, rule, ...body].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
