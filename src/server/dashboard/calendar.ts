import type { LearnerActivity } from '../../core/index.js';
import { formatDate, heatMap, heatMapStart, weekdayNames } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { dataTable } from './chart-figure.js';
import { amount, count, duration, durationText } from './format.js';
import { toDate, type Zone } from './zone.js';

/** The days of a year, with a stronger colour for more time. */
export function calendar({ items, dayStart }: LearnerActivity, zone: Zone): Markup {
  const today = zone.today(dayStart);
  const first = toDate(heatMapStart(today));
  const shown = items.filter(({ date }) => date >= first && date <= today);
  const sentence = `${count(shown.length, 'day')} with a session since ${formatDay(first)}. A stronger colour is more time than on your other days.`;
  const days = shown.map(({ date, sessionCount, timeStudied }) => ({
    date,
    value: timeStudied,
    text: `${formatDay(date)}: ${count(sessionCount, 'session')}, ${durationText(timeStudied)}`,
  }));
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
      <div class="scroll end calendar" role="group" aria-labelledby="calendar-title" tabindex="0">
        ${weekdayNames()}${heatMap(days, today, sentence)}
      </div>
      <figcaption>${sentence}</figcaption>
      ${dataTable('Show the numbers', ['Day', 'Sessions', 'Modules', 'Time'], rows)}
    </figure>
  </section>`;
}

function formatDay(date: string): string {
  return formatDate(new Date(date), 'day');
}
