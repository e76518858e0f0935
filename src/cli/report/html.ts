import { numberColumns, type ChartTable } from '../chart-table.js';
import { formatCell, type Cell } from '../output.js';
import { shareOf } from '../../core/index.js';
import type { ReportDocument } from './document.js';
import { html, type Html } from './html-template.js';

/** Without scripts and requests. The colours are those of the reader's system, light or dark. */
export function toHtml({ title, intro, sections }: ReportDocument): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          :root {
            color-scheme: light dark;
          }
          body {
            font:
              1rem/1.5 system-ui,
              sans-serif;
            color: CanvasText;
            background: Canvas;
            max-width: 60rem;
            margin: 2rem auto;
            padding: 0 1rem;
            overflow-wrap: break-word;
          }
          h1,
          h2 {
            line-height: 1.2;
          }
          h2 {
            margin-top: 2.5rem;
          }
          .wide {
            overflow-x: auto;
          }
          table {
            border-collapse: collapse;
            margin: 1rem 0;
          }
          th,
          td {
            padding: 0.25rem 1rem 0.25rem 0;
            border-bottom: 1px solid GrayText;
            text-align: left;
            vertical-align: top;
            max-width: 20rem;
          }
          tbody th {
            font-weight: normal;
          }
          .number {
            text-align: right;
            font-variant-numeric: tabular-nums;
            white-space: nowrap;
          }
          .bars {
            min-width: 12rem;
            vertical-align: middle;
          }
          .bar {
            display: block;
            height: 0.7rem;
            background: CanvasText;
            print-color-adjust: exact;
          }
          @media print {
            body {
              margin: 0;
              max-width: none;
              font-size: 10pt;
            }
            .wide {
              overflow: visible;
            }
            h2 {
              break-after: avoid;
            }
            tr {
              break-inside: avoid;
            }
          }
        </style>
      </head>
      <body>
        <h1>${title}</h1>
        ${intro.map(toParagraph)}
        ${sections.map(
          ({ heading, blocks }) =>
            html`<section>
              <h2>${heading}</h2>
              ${blocks.map((block) => (typeof block === 'string' ? toParagraph(block) : toTable(block)))}
            </section> `,
        )}
      </body>
    </html> `.text;
}

function toParagraph(text: string): Html {
  return html`<p>${text}</p> `;
}

function toTable(table: ChartTable): Html {
  const { heading, rows, bars } = table;
  const share = shareOf(bars?.values ?? []);
  const kinds = numberColumns(table).map((isNumber) => (isNumber ? 'number' : 'text'));
  const names = heading.map(
    (name, column) => html`<th scope="col" class="${kinds[column] ?? ''}">${name}</th>`,
  );
  const toCell = (cell: Cell, column: number) => {
    const kind = kinds[column] ?? '';
    // Isolated, so that a name from right to left does not move its neighbours.
    const text = html`<bdi>${formatCell(cell)}</bdi>`;
    return column === 0
      ? html`<th scope="row" class="${kind}">${text}</th>`
      : html`<td class="${kind}">${text}</td>`;
  };
  const toBar = (value: number) =>
    html`<td class="bars">
      <span class="bar" style="width:${Math.round(share(value) * 1000) / 10}%"></span>
    </td>`;
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${names}${bars ? html`<th scope="col">${bars.name}</th>` : ''}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row, index) =>
            html`<tr>
              ${row.map(toCell)}${bars ? toBar(bars.values[index] ?? 0) : ''}
            </tr> `,
        )}
      </tbody>
    </table>
  </div> `;
}
