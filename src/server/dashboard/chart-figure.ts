import { intervalChart, MEASURES, toSeries, type MeasureName, type SeriesInput } from '../charts/index.js';
import { svg as html, type Markup } from '../markup.js';

/** Pixels. Text should not be scaled, so a page has a chart for each class of screen, of which the style shows one. */
const WIDTHS = { wide: 1104, medium: 720, narrow: 286 };

/** Returns the chart of a series with a sentence and a table of the same numbers. */
export function chartFigure(series: SeriesInput, name: MeasureName): Markup {
  const points = toSeries(series);
  const draw = (width: number) => intervalChart(points, MEASURES[name], width);
  const { picture, sentence, table } = draw(WIDTHS.wide);
  return html`<figure>
    <div class="picture wide">${picture}</div>
    <div class="picture medium">${draw(WIDTHS.medium).picture}</div>
    <div class="picture narrow">${draw(WIDTHS.narrow).picture}</div>
    <figcaption>${sentence}</figcaption>
    ${dataTable('Show the numbers', table.heading, table.rows)}
  </figure>`;
}

/** A table to unfold. The first column has the names of the rows. */
export function dataTable(
  summary: string,
  heading: readonly string[],
  rows: readonly (readonly (string | Markup)[])[],
): Markup {
  return html`<details>
    <summary>${summary}</summary>
    <table class="numbers">
      <thead>
        <tr>
          ${heading.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, ...rest]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${rest.map((value) => html`<td>${value}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}
