import { shareOf } from '../../core/model/scale.js';
import { svg, type Markup } from '../markup.js';
import { describeSeries, valuesOf } from './describe.js';
import { barWidth, drawBars } from './marks.js';
import type { Measure } from './measures.js';
import { drawPicture } from './picture.js';
import type { Series } from './series.js';

/** Pixels. */
export const SPARKLINE = { width: 120, height: 32 };

/** Draws the bars of a series without axes, as a file for a table. The largest value has the full height. */
export function sparkline(series: Series, measure: Measure, style: Markup): Markup {
  const { sentence, table } = describeSeries(series, measure);
  const { points } = series;
  const { width, height } = SPARKLINE;
  const slot = width / points.length;
  const plot = { left: 0, right: width, top: 1, bottom: height - 1 };
  const share = shareOf(valuesOf(points));
  const places = points.map(({ value, incomplete }, index) => ({
    x: slot * (index + 0.5),
    y: plot.bottom - share(value ?? 0) * (plot.bottom - plot.top),
    isWhole: incomplete === undefined,
  }));
  return drawPicture({
    ...SPARKLINE,
    style,
    title: sentence,
    description: table.rows.map((row) => row.join(': ')).join('; '),
    marks: [
      drawBars(places, plot, barWidth(slot)),
      svg`<path class="base" d="M0 ${plot.bottom + 0.5}H${width}"/>`,
    ],
  });
}
