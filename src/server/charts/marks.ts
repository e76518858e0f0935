/** The marks of a series: bars, or a line with gaps. */
import { svg, type Markup } from '../markup.js';
import type { Plot } from './frame.js';
import { round } from './picture.js';

/** Where a point is drawn. */
export interface Place {
  /** The middle of its interval. */
  readonly x: number;
  readonly y: number;
  readonly isWhole: boolean;
}

/** The smallest height of a bar that is not zero, so that it is seen. */
const LOWEST_BAR = 1.5;
/** Pixels from one interval to the next, from which bars have gaps and lines their full width. */
const GAPS = 3;
/** The smallest width of a bar with an outline. */
const OUTLINES = 4;
const WIDEST_BAR = 48;
/** Pixels from one interval to the next, from which each value of a line has a dot. */
const DOTS = 12;
const RADIUS = { wide: 3, narrow: 1.5 };

/** @param slot pixels from one interval to the next */
export function barWidth(slot: number): number {
  return slot < GAPS ? slot : Math.min(slot * 0.75, WIDEST_BAR);
}

export function drawBars(places: readonly Place[], { bottom }: Plot, width: number): Markup {
  const barOf = ({ x, y }: Place, inset = 0) => {
    const height = bottom - Math.min(y, bottom - LOWEST_BAR) - inset;
    return `M${round(x - width / 2 + inset)} ${bottom}v${round(-height)}h${round(width - 2 * inset)}v${round(height)}z`;
  };
  const drawn = places.filter(({ y }) => y < bottom);
  const whole = drawn.filter(({ isWhole }) => isWhole).map((place) => barOf(place));
  const isThin = width < OUTLINES;
  const rest = drawn.filter(({ isWhole }) => !isWhole).map((place) => barOf(place, isThin ? 0 : 0.5));
  return svg`${whole.length > 0 && svg`<path class="bar" d="${whole.join('')}"/>`}${
    rest.length > 0 && svg`<path class="part${isThin && ' thin'}" d="${rest.join('')}"/>`
  }`;
}

/** Draws a line with a gap for each interval without a value. */
export function drawLine(places: readonly (Place | null)[], slot: number): Markup {
  let whole = '';
  let rest = '';
  const dots: Markup[] = [];
  for (const [index, place] of places.entries()) {
    if (!place) continue;
    const [before, after] = [places[index - 1], places[index + 1]];
    const isContinued = before?.isWhole && place.isWhole;
    if (place.isWhole) whole += `${isContinued ? 'L' : 'M'}${round(place.x)} ${round(place.y)}`;
    if (before && !isContinued) {
      rest += `M${round(before.x)} ${round(before.y)}L${round(place.x)} ${round(place.y)}`;
    }
    if (slot >= DOTS || !place.isWhole || !(before ?? after)) {
      dots.push(
        svg`<circle class="${place.isWhole ? 'dot' : 'open'}" cx="${round(place.x)}" cy="${round(place.y)}" r="${place.isWhole && slot < DOTS ? RADIUS.narrow : RADIUS.wide}"/>`,
      );
    }
  }
  return svg`${rest && svg`<path class="rest" d="${rest}"/>`}${whole && svg`<path class="line${slot < GAPS && ' fine'}" d="${whole}"/>`}${dots}`;
}

/** Draws invisible columns, which show the interval and value under the pointer. */
export function drawColumns(titles: readonly string[], { left, top, bottom }: Plot, slot: number): Markup {
  const shapes = titles.map((title, index) => {
    const x = round(left + slot * index);
    return svg`<path d="M${x} ${top}h${round(slot)}V${bottom}H${x}z"><title>${title}</title></path>`;
  });
  return svg`<g class="hints">${shapes}</g>`;
}
