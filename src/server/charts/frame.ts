/** The frame of every chart with axes: size, text and axes. */
import { svg, type Markup, type MarkupValue } from '../markup.js';
import { drawPicture, round, type Canvas } from './picture.js';

/** Pixels. Text has the same size at every width, so the layout depends on the width and nothing is scaled. */
const MARGIN = 12;
const LINE = 16;
const HEADING = 20;
const TICK = 4;
/** From a label of the vertical axis to the plot. */
const GUTTER = 8;
/** The height beside the plot, with two lines below the heading. */
const AROUND = 128;
/** The maximum number of ticks of the vertical axis. */
export const MAX_TICKS = 5;
/** The width of a character is estimated, because fonts differ: wider than the average of common ones. */
const CHARACTER = 6.6;

/** Where the marks of a chart are drawn. */
export interface Sides {
  readonly left: number;
  readonly right: number;
}

export interface Plot extends Sides {
  readonly top: number;
  readonly bottom: number;
}

/** A label of one or two lines below the plot. */
export interface BottomLabel {
  readonly x: number;
  readonly lines: readonly string[];
}

export interface Frame extends Canvas {
  readonly height: number;
  readonly plot: Plot;
  /** The lines of text below the heading. */
  readonly lines: readonly string[];
}

/** @param labels the labels of the vertical axis */
export function sidesOf(width: number, labels: readonly string[]): Sides {
  const gutter = Math.ceil(Math.max(0, ...labels.map(widthOf)));
  return { left: gutter > 0 ? MARGIN + gutter + GUTTER : MARGIN, right: width - MARGIN };
}

/**
 * The height depends on the width only, so that a page can reserve it. The text takes its part, and the plot has the rest.
 *
 * @param notes share lines where they fit
 */
export function layOutChart(
  canvas: Canvas,
  notes: readonly string[],
  sides: Sides,
  labels: readonly BottomLabel[],
): Frame {
  const { width } = canvas;
  const lines = wrap(notes, width - 2 * MARGIN);
  const height = AROUND + Math.round(Math.min(Math.max(width * 0.3, 120), 320));
  const rows = Math.max(0, ...labels.map((label) => label.lines.length));
  const top = MARGIN + HEADING + LINE * (lines.length + 1);
  const bottom = height - MARGIN - TICK - LINE * rows;
  return { ...canvas, height, plot: { ...sides, top, bottom }, lines };
}

export function widthOf(text: string): number {
  return text.length * CHARACTER;
}

function wrap(notes: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const note of notes) {
    const joined = [...lines.slice(-1), note].join(' · ');
    if (lines.length > 0 && widthOf(joined) <= width) lines[lines.length - 1] = joined;
    else lines.push(note);
  }
  return lines;
}

interface Content {
  readonly heading: string;
  readonly title: string;
  readonly description?: string;
  readonly marks: MarkupValue;
}

/** Returns a chart with its heading and text alternative. */
export function drawFrame(
  { width, height, style, lines }: Frame,
  { heading, title, description, marks }: Content,
): Markup {
  const texts = lines.map(
    (note, index) => svg`<text x="${MARGIN}" y="${MARGIN + HEADING + LINE * (index + 1) - 4}">${note}</text>`,
  );
  return drawPicture({
    width,
    height,
    style,
    title,
    description,
    marks: svg`<rect class="surface" width="${width}" height="${height}"/>
<text class="heading" x="${MARGIN}" y="${MARGIN + 14}">${heading}</text>${texts}
${marks}`,
  });
}

/** Draws a label for each tick, and a grid line except at the bottom. */
export function drawValueAxis(
  { left, right, bottom }: Plot,
  ticks: readonly { readonly y: number; readonly label: string }[],
): Markup {
  return svg`${ticks.map(
    ({ y, label }) =>
      svg`${y < bottom && svg`<path class="grid" d="M${left} ${crisp(y)}H${right}"/>`}<text x="${left - GUTTER}" y="${round(y + 4)}" text-anchor="end">${label}</text>`,
  )}`;
}

/** Draws the bottom of the plot, and each label at its mark, but within the picture. */
export function drawBottom({ width, plot }: Frame, labels: readonly BottomLabel[]): Markup {
  const { left, right, bottom } = plot;
  const ticks = labels.map(({ x }) => `M${crisp(x)} ${crisp(bottom)}v${TICK}`).join('');
  const texts = labels.map(({ x, lines }) => {
    const half = Math.max(...lines.map(widthOf)) / 2;
    const space = MARGIN / 2;
    const anchor = x + half > width - space ? 'end' : x - half < space ? 'start' : 'middle';
    const at = anchor === 'end' ? right : anchor === 'start' ? left : round(x);
    return lines.map(
      (line, index) =>
        svg`<text x="${at}" y="${bottom + TICK + LINE * (index + 1) - 2}" text-anchor="${anchor}">${line}</text>`,
    );
  });
  return svg`<path class="base" d="M${left} ${crisp(bottom)}H${right}${ticks}"/>${texts}`;
}

/** Draws the reason why there is nothing else. */
export function drawEmpty({ left, right, top, bottom }: Plot, text: string): Markup {
  return svg`<text x="${(left + right) / 2}" y="${(top + bottom) / 2}" text-anchor="middle">${text}</text>`;
}

/** Moves a line of one pixel to the middle of a pixel, where it is not blurred. */
function crisp(value: number): number {
  return Math.floor(value) + 0.5;
}
