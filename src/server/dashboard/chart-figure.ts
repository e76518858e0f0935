import {
  describeSeries,
  intervalChart,
  MEASURES,
  toSeries,
  type MeasureName,
  type SeriesInput,
} from '../charts/index.js';
import { html, type Markup } from '../markup.js';

/**
 * Pixels. Text should hardly be scaled, so a page has a picture for each class of space, of which the style shows the
 * one that fits.
 */
const WIDTHS = { narrow: 300, half: 516, medium: 720, wide: 1078 };
type WidthName = keyof typeof WIDTHS;

/** Returns the chart of a series with a sentence and a table of the same numbers. */
export function chartFigure(series: SeriesInput, name: MeasureName): Markup {
  const points = toSeries(series);
  const { sentence, table } = describeSeries(points, MEASURES[name]);
  const draw = (width: number) => intervalChart(points, MEASURES[name], { width }).picture;
  return html`<figure>
    ${pictures(['narrow', 'half', 'medium', 'wide'], draw)}
    <figcaption>${sentence}</figcaption>
    ${dataTable('Show the numbers', table.heading, table.rows)}
  </figure>`;
}

/** Returns the same picture in several widths, the smallest first. */
export function pictures(names: readonly WidthName[], draw: (width: number) => Markup): Markup {
  return html`<div class="pictures">
    ${names.map((name) => html`<div class="picture ${name}">${draw(WIDTHS[name])}</div>`)}
  </div>`;
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
