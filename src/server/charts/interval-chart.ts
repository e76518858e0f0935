import { linear, ticksBetween } from '../../core/model/scale.js';
import type { Markup } from '../markup.js';
import { dateLabels } from './dates.js';
import { describeSeries, isEmpty, valuesOf, type Description } from './describe.js';
import {
  drawBottom,
  drawEmpty,
  drawFrame,
  drawValueAxis,
  layOutChart,
  MAX_TICKS,
  sidesOf,
  widthOf,
  type BottomLabel,
  type Sides,
} from './frame.js';
import { barWidth, drawBars, drawColumns, drawLine, type Place } from './marks.js';
import type { Measure } from './measures.js';
import type { Canvas } from './picture.js';
import type { Point, Series } from './series.js';

/** A picture with the same content as a sentence and as a table, for pages. */
export interface IntervalChart extends Pick<Description, 'sentence' | 'table'> {
  readonly picture: Markup;
}

/** At most this many values are also text in the picture. */
const MAX_TEXTS = 60;
/** Pixels from one date to the next at least: the widest, and a space. */
const DATE_GAP = widthOf('28 Aug') + 16;
const MAX_DATES = 12;
/** The part of a line's largest value that the axis shows at least, so that a small change does not look large. */
const LEAST_EXTENT = 0.1;

/** Draws the values of a measure per interval. */
export function intervalChart(series: Series, measure: Measure, canvas: Canvas): IntervalChart {
  const description = describeSeries(series, measure);
  const { sentence, table } = description;
  const picture = isEmpty(series, measure)
    ? drawWithout(series, measure, description, canvas)
    : drawWith(series, measure, description, canvas);
  return { sentence, table, picture };
}

function drawWithout(series: Series, measure: Measure, description: Description, canvas: Canvas): Markup {
  const { heading, range, sentence } = description;
  const notes = notesOf(series, range);
  const sides = sidesOf(canvas.width, []);
  const dates = datesOf(series, sides);
  const frame = layOutChart(canvas, notes, sides, dates);
  return drawFrame(frame, {
    heading,
    title: sentence,
    description: notes.join('. '),
    marks: [drawEmpty(frame.plot, measure.none), dates.length > 0 && drawBottom(frame, dates)],
  });
}

function drawWith(series: Series, measure: Measure, description: Description, canvas: Canvas): Markup {
  const { points } = series;
  const { heading, range, sentence, table } = description;
  const isLine = measure.kind === 'line';
  const ticks = ticksOf(valuesOf(points), measure);
  const [low = 0, next = 1] = ticks;
  const labels = ticks.map((tick) => measure.formatTick(tick, next - low));
  const isDrawn = ({ value }: Point) => (isLine ? value !== null : value !== null && value > 0);
  const marked = new Set(points.filter(isDrawn).flatMap(({ incomplete }) => incomplete ?? []));
  const notes = notesOf(series, range);
  if (marked.size > 0) notes.push(`${isLine ? 'Open circle' : 'Pale bar'}: ${Array.from(marked).join(', ')}`);
  const sides = sidesOf(canvas.width, labels);
  const dates = datesOf(series, sides);
  const frame = layOutChart(canvas, notes, sides, dates);
  const { plot } = frame;

  const share = linear(low, ticks.at(-1) ?? 1);
  const yOf = (value: number) => plot.bottom - share(value) * (plot.bottom - plot.top);
  const slot = slotOf(series, sides);
  const places = points.map(({ value, incomplete }, index): Place | null =>
    value === null
      ? null
      : { x: plot.left + slot * (index + 0.5), y: yOf(value), isWhole: incomplete === undefined },
  );
  const axis = ticks.map((tick, index) => ({ y: yOf(tick), label: labels[index] ?? '' }));
  const texts = points.length <= MAX_TEXTS ? table.rows.map((row) => row.join(': ')) : [];
  const marks = isLine
    ? drawLine(places, slot)
    : drawBars(
        places.filter((place) => place !== null),
        plot,
        barWidth(slot),
      );
  return drawFrame(frame, {
    heading,
    title: sentence,
    description: [...notes, texts.join('; ')].filter(Boolean).join('. '),
    marks: [
      drawValueAxis(plot, axis),
      marks,
      drawBottom(frame, dates),
      texts.length > 0 && drawColumns(texts, plot, slot),
    ],
  });
}

function notesOf({ timeZone, points }: Series, range: string): string[] {
  return points.length > 0 ? [range, timeZone] : [];
}

/** Bars begin at zero. A line begins near its smallest value. */
function ticksOf(values: readonly number[], { kind, stepAbove }: Measure): number[] {
  const high = Math.max(...values);
  const low = kind === 'line' ? Math.min(...values, high * (1 - LEAST_EXTENT)) : 0;
  return ticksBetween(low, high, MAX_TICKS, stepAbove);
}

function slotOf({ points }: Series, { left, right }: Sides): number {
  return (right - left) / points.length;
}

function datesOf(series: Series, sides: Sides): BottomLabel[] {
  const slot = slotOf(series, sides);
  const dates = series.points.map(({ date }) => date);
  const gap = Math.max(DATE_GAP, (sides.right - sides.left) / MAX_DATES);
  return dateLabels(dates, series.interval, Math.ceil(gap / slot)).map(({ index, text, year }) => ({
    x: sides.left + slot * (index + 0.5),
    lines: year === undefined ? [text] : [text, year],
  }));
}
