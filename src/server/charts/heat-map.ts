import { DAY } from '../../core/model/time.js';
import { svg, type Markup } from '../markup.js';
import { formatDate, formatMonth } from './dates.js';
import { widthOf } from './frame.js';
import { drawPicture } from './picture.js';

/** Weeks in the picture, so that it has a whole year. */
const WEEKS = 53;
/** Pixels. */
const CELL = 13;
const STEP = 15;
const TOP = 20;
const LEGEND = TOP + 7 * STEP + 8;
const HEIGHT = LEGEND + CELL + 3;
/** Shades of days with a value. */
const LEVELS = 4;
/** The width of the names of weekdays, of which the style has the proportion. */
const NAMES = 32;
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
  const placeOf = (index: number) => [Math.floor(index / 7) * STEP, TOP + (index % 7) * STEP] as const;
  let empty = '';
  const cells = Array.from({ length: last + 1 }, (_, index) => {
    const day = byIndex.get(index);
    const [x, y] = placeOf(index);
    if (!day) empty += `M${x} ${y}h${CELL}v${CELL}h-${CELL}z`;
    return day && drawCell(x, y, `level-${levelOf(day.value)}`, day.text);
  });
  return drawPicture({
    width: WEEKS * STEP,
    height: HEIGHT,
    title: sentence,
    marks: [
      monthLabels(first),
      svg`<path class="level-0" d="${empty}"/>`,
      cells,
      drawToday(...placeOf(last)),
      drawLegend(),
    ],
  });
}

/** Draws the names of weekdays, a picture of their own that stays beside the weeks when they scroll. */
export function weekdayNames(): Markup {
  const names = ['Mon', 'Wed', 'Fri'].map((name, index) =>
    drawText(0, TOP + 2 * index * STEP + BASE_LINE, name),
  );
  return svg`<svg class="chart weekdays" aria-hidden="true" focusable="false" viewBox="0 0 ${NAMES} ${HEIGHT}">${names}</svg>`;
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
  const right = WEEKS * STEP - (STEP - CELL);
  const scale = right - 36 - (LEVELS + 1) * STEP;
  const today = scale - 104;
  const cells = Array.from({ length: LEVELS + 1 }, (_, level) =>
    drawCell(scale + level * STEP, LEGEND, `level-${level}`),
  );
  return svg`${drawCell(today, LEGEND, 'level-0')}${drawToday(today, LEGEND)}${drawText(today + CELL + 6, y, 'Today')}
${drawText(scale - 6, y, 'Less', 'end')}${cells}${drawText(right, y, 'More', 'end')}`;
}

/** A month is named above the first week that begins in it, with the year where it is new, if there is room. */
function monthLabels(first: number): Markup[] {
  const dateOf = (week: number) => new Date(first + week * 7 * DAY);
  const begins = (week: number) =>
    week === 0 || dateOf(week).getUTCMonth() !== dateOf(week - 1).getUTCMonth();
  const starts = Array.from({ length: WEEKS - 1 }, (_, week) => week).filter(begins);
  let year = 0;
  return starts.flatMap((week, index) => {
    const date = dateOf(week);
    const room = ((starts[index + 1] ?? WEEKS) - week) * STEP;
    const [name, whole] = [formatMonth(date), formatDate(date, 'month')];
    if (date.getUTCFullYear() !== year && widthOf(whole) <= room) {
      year = date.getUTCFullYear();
      return drawText(week * STEP, BASE_LINE, whole);
    }
    return widthOf(name) <= room ? drawText(week * STEP, BASE_LINE, name) : [];
  });
}
