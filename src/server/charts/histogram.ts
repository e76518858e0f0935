import { linear, ticksBetween, wholeStep } from '../../core/model/scale.js';
import { grouped } from '../../core/model/validation.js';
import type { Markup } from '../markup.js';
import { drawBottom, drawFrame, drawValueAxis, layOutChart, MAX_TICKS, sidesOf, widthOf } from './frame.js';
import { drawBars, drawColumns } from './marks.js';
import type { Canvas } from './picture.js';

/** Pixels between two bars. */
const GAP = 2;
/** Pixels between two labels at least. */
const LABEL_GAP = 8;

/** The counts of ranges of the same size. */
export interface Histogram {
  readonly heading: string;
  /** Says what the picture shows. */
  readonly sentence: string;
  readonly ranges: readonly { readonly name: string; readonly count: number }[];
  /** The borders of the ranges, of which there is one more. */
  readonly borders: readonly string[];
}

export function histogram({ heading, sentence, ranges, borders }: Histogram, canvas: Canvas): Markup {
  const ticks = ticksBetween(0, Math.max(0, ...ranges.map(({ count }) => count)), MAX_TICKS, wholeStep);
  const labels = ticks.map(grouped);
  const { left, right } = sidesOf(canvas.width, labels);
  // Half of the last label is beside the plot.
  const sides = { left, right: right - widthOf(borders.at(-1) ?? '') / 2 };
  const slot = (sides.right - sides.left) / ranges.length;
  const step = labelStep(ranges.length, Math.max(...borders.map(widthOf)) + LABEL_GAP, slot);
  const bottom = borders.map((border, index) => ({
    x: sides.left + slot * index,
    lines: index % step === 0 ? [border] : [],
  }));
  const frame = layOutChart(canvas, [], sides, bottom);
  const { plot } = frame;
  const share = linear(0, ticks.at(-1) ?? 1);
  const yOf = (value: number) => plot.bottom - share(value) * (plot.bottom - plot.top);
  const places = ranges.map(({ count }, index) => ({
    x: plot.left + slot * (index + 0.5),
    y: yOf(count),
    isWhole: true,
  }));
  const texts = ranges.map(({ name, count }) => `${name}: ${grouped(count)}`);
  return drawFrame(frame, {
    heading,
    title: sentence,
    marks: [
      drawValueAxis(
        plot,
        ticks.map((tick, index) => ({ y: yOf(tick), label: labels[index] ?? '' })),
      ),
      drawBars(places, plot, slot - GAP),
      drawBottom(frame, bottom),
      drawColumns(texts, plot, slot),
    ],
  });
}

/** Returns the smallest number of ranges between labels that has enough room and also labels the last border. */
function labelStep(count: number, gap: number, slot: number): number {
  const steps = Array.from({ length: count }, (_, index) => index + 1);
  return steps.find((step) => count % step === 0 && step * slot >= gap) ?? count;
}
