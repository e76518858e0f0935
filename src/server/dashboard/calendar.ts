import type { ActivityDay, LearnerActivity } from '../../core/index.js';
import { DAY } from '../../core/model/time.js';
import { MEASURES } from '../charts/index.js';
import { svg as html, type Markup } from '../markup.js';
import { dataTable } from './chart-figure.js';
import { amount, count, duration } from './format.js';
import { toDate, type Zone } from './zone.js';

/** Weeks in the calendar, so that it has a whole year. */
const WEEKS = 53;
/** Pixels. */
const CELL = 11;
const STEP = 13;
const LEFT = 30;
const TOP = 18;
/** Shades of days with a session. */
const LEVELS = 4;

/** The days of a year, a column per week, darker with more time. */
export function calendar({ items, dayStart }: LearnerActivity, zone: Zone): Markup {
  const today = Date.parse(zone.today(dayStart));
  const monday = today - ((new Date(today).getUTCDay() + 6) % 7) * DAY;
  const first = monday - (WEEKS - 1) * 7 * DAY;
  const shown = items.filter(({ date }) => Date.parse(date) >= first);
  const times = shown.map(({ timeStudied }) => timeStudied).toSorted((a, b) => a - b);
  const levelOf = (time: number) => {
    const rank = times.findLastIndex((each) => each <= time) + 1;
    return Math.max(1, Math.ceil((rank / times.length) * LEVELS));
  };
  const days = new Map(shown.map((day) => [day.date, day]));
  const placeOf = (index: number) => [LEFT + Math.floor(index / 7) * STEP, TOP + (index % 7) * STEP] as const;
  const empty: string[] = [];
  const cells = Array.from({ length: (today - first) / DAY + 1 }, (_, index) => {
    const date = toDate(first + index * DAY);
    const day = days.get(date);
    const [x, y] = placeOf(index);
    if (day) return cellOf(day, levelOf(day.timeStudied), x, y);
    empty.push(`M${x} ${y}h${CELL}v${CELL}h-${CELL}z`);
    return false;
  });
  const width = LEFT + WEEKS * STEP;
  const height = TOP + 7 * STEP;
  const sentence = `${count(shown.length, 'day')} with a session since ${formatDay(toDate(first))}. A stronger colour is more time than on the learner’s other days.`;
  const rows = shown
    .toReversed()
    .map(({ date, sessionCount, totalModulesStudied, timeStudied }) => [
      formatDay(date),
      amount(sessionCount),
      amount(totalModulesStudied),
      duration(timeStudied),
    ]);
  return html`<section class="card" aria-labelledby="calendar-title">
    <h2 id="calendar-title">Days of the year</h2>
    <figure>
      <div class="scroll end" role="group" aria-labelledby="calendar-title" tabindex="0">
        <svg
          class="calendar"
          role="img"
          aria-label="${sentence}"
          width="${width}"
          height="${height}"
          viewBox="0 0 ${width} ${height}"
        >
          ${monthLabels(first)}${['Mon', '', 'Wed', '', 'Fri'].map(
            (name, index) => html`<text x="0" y="${TOP + index * STEP + 9}">${name}</text>`,
          )}
          <path class="level-0" d="${empty.join('')}" />
          ${cells}
        </svg>
      </div>
      <figcaption>${sentence}</figcaption>
      ${dataTable('Show the numbers', ['Day', 'Sessions', 'Modules', 'Time'], rows)}
    </figure>
  </section>`;
}

function cellOf(
  { date, sessionCount, timeStudied }: ActivityDay,
  level: number,
  x: number,
  y: number,
): Markup {
  const time = MEASURES.timeStudied.format(timeStudied);
  const text = `${formatDay(date)}: ${count(sessionCount, 'session')}, ${time}`;
  return html`<rect class="level-${level}" x="${x}" y="${y}" width="${CELL}" height="${CELL}"
    ><title>${text}</title></rect
  >`;
}

/** A month is named above the first week that begins in it. */
function monthLabels(first: number): Markup[] {
  const nameOf = (week: number) =>
    new Date(first + week * 7 * DAY).toLocaleDateString('en-GB', { timeZone: 'UTC', month: 'short' });
  return Array.from({ length: WEEKS }, (_, week) => week).flatMap((week) => {
    const isNew = week > 0 && nameOf(week) !== nameOf(week - 1);
    return isNew && week < WEEKS - 1
      ? html`<text x="${LEFT + week * STEP}" y="11">${nameOf(week)}</text>`
      : [];
  });
}

function formatDay(date: string): string {
  return new Date(date).toLocaleDateString('en-GB', { timeZone: 'UTC', dateStyle: 'medium' });
}
