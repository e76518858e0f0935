import { intervalChart, MEASURES, toSeries, type MeasureName, type SeriesInput } from '../charts/index.js';
import { svg as html, type Markup } from '../markup.js';

/** Pixels. Text is not scaled, so a page has a chart for screens and one for phones, of which the style shows one. */
const WIDE = 720;
const NARROW = 286;

/** Returns the chart of a series with a sentence and a table of the same numbers. */
export function chartFigure(series: SeriesInput, name: MeasureName): Markup {
  const points = toSeries(series);
  const { picture, sentence, table } = intervalChart(points, MEASURES[name], WIDE);
  const narrow = intervalChart(points, MEASURES[name], NARROW);
  return html`<figure>
    <div class="picture wide">${picture}</div>
    <div class="picture narrow">${narrow.picture}</div>
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
