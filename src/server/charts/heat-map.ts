import { DAY } from '../../core/model/time.js';
import { svg, type Markup } from '../markup.js';
import { formatMonth } from './dates.js';
import { drawPicture } from './picture.js';

/** Weeks in the picture, so that it has a whole year. */
const WEEKS = 53;
/** Pixels. */
const CELL = 13;
const STEP = 15;
const LEFT = 32;
const TOP = 20;
const LEGEND = TOP + 7 * STEP + 8;
/** Shades of days with a value. */
const LEVELS = 4;
/** From the top of a cell to the base line of the text beside it. */
const BASE_LINE = 11;

/** A day with a value. */
export interface HeatMapDay {
  /** Such as `2026-11-22`. */
  readonly date: string;
  readonly value: number;
  /** Is shown under the pointer. */
  readonly text: string;
}

/** Returns the midnight, in UTC, of the Monday with which the picture of a year begins. */
export function heatMapStart(today: string): number {
  const midnight = Date.parse(today);
  return midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * DAY - (WEEKS - 1) * 7 * DAY;
}

/**
 * Draws the days of a year, a column per week. A day has a stronger colour than the days with smaller values.
 *
 * @param days the days from the start to today that have a value, oldest first
 */
export function heatMap(days: readonly HeatMapDay[], today: string, sentence: string): Markup {
  const first = heatMapStart(today);
  const last = (Date.parse(today) - first) / DAY;
  const levelOf = levels(days.map(({ value }) => value));
  const byIndex = new Map(days.map((day) => [(Date.parse(day.date) - first) / DAY, day]));
  const placeOf = (index: number) => [LEFT + Math.floor(index / 7) * STEP, TOP + (index % 7) * STEP] as const;
  let empty = '';
  const cells = Array.from({ length: last + 1 }, (_, index) => {
    const day = byIndex.get(index);
    const [x, y] = placeOf(index);
    if (!day) empty += `M${x} ${y}h${CELL}v${CELL}h-${CELL}z`;
    return day && drawCell(x, y, `level-${levelOf(day.value)}`, day.text);
  });
  return drawPicture({
    width: LEFT + WEEKS * STEP,
    height: LEGEND + CELL + 3,
    title: sentence,
    marks: [
      monthLabels(first),
      ['Mon', 'Wed', 'Fri'].map((name, index) => drawText(0, TOP + 2 * index * STEP + BASE_LINE, name)),
      svg`<path class="level-0" d="${empty}"/>`,
      cells,
      drawToday(...placeOf(last)),
      drawLegend(),
    ],
  });
}

/** Returns the level of each value by its rank, so that one very large value does not make all others alike. */
function levels(values: readonly number[]): (value: number) => number {
  const sorted = values.toSorted((a, b) => a - b);
  return (value) => {
    const rank = sorted.findLastIndex((each) => each <= value) + 1;
    return Math.max(1, Math.ceil((rank / sorted.length) * LEVELS));
  };
}

function drawCell(x: number, y: number, kind: string, text?: string): Markup {
  const title = text !== undefined && svg`<title>${text}</title>`;
  return svg`<rect class="${kind}" x="${x}" y="${y}" width="${CELL}" height="${CELL}">${title}</rect>`;
}

function drawText(x: number, y: number, text: string, anchor = 'start'): Markup {
  return svg`<text x="${x}" y="${y}" text-anchor="${anchor}">${text}</text>`;
}

/** Draws an outline within the cell of a day. */
function drawToday(x: number, y: number): Markup {
  return svg`<path class="today" d="M${x + 0.75} ${y + 0.75}h${CELL - 1.5}v${CELL - 1.5}h-${CELL - 1.5}z"/>`;
}

/** Is below today, so that a narrow page also shows it. */
function drawLegend(): Markup {
  const y = LEGEND + BASE_LINE;
  const right = LEFT + WEEKS * STEP - (STEP - CELL);
  const scale = right - 36 - (LEVELS + 1) * STEP;
  const today = scale - 104;
  const cells = Array.from({ length: LEVELS + 1 }, (_, level) =>
    drawCell(scale + level * STEP, LEGEND, `level-${level}`),
  );
  return svg`${drawCell(today, LEGEND, 'level-0')}${drawToday(today, LEGEND)}${drawText(today + CELL + 6, y, 'Today')}
${drawText(scale - 6, y, 'Less', 'end')}${cells}${drawText(right, y, 'More', 'end')}`;
}

/** A month is named above the first week that begins in it. */
function monthLabels(first: number): Markup[] {
  const nameOf = (week: number) => formatMonth(new Date(first + week * 7 * DAY));
  return Array.from({ length: WEEKS - 1 }, (_, week) => week).flatMap((week) =>
    week > 0 && nameOf(week) !== nameOf(week - 1)
      ? drawText(LEFT + week * STEP, BASE_LINE, nameOf(week))
      : [],
  );
}
