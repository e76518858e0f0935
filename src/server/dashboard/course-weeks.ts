import type { StatsCalls, Untyped } from '../../core/index.js';
import { svg as html, type Markup } from '../markup.js';
import { amount, duration, score } from './format.js';
import { lastIntervals } from './view.js';
import type { Zone } from './zone.js';

const NAMES = ['Week before last', 'Last week', 'This week so far'];

/** Compares the current week with those before it. */
export async function courseWeeks(
  stats: Untyped<StatsCalls>,
  course: object,
  zone: Zone,
  now: number,
): Promise<Markup> {
  const range = lastIntervals('week', zone.name, NAMES.length, now);
  const { items } = await stats.getCourseActivity({
    ...course,
    interval: 'week',
    timeZone: zone.name,
    ...range,
  });
  const rows = [
    ['Active learners', items.map(({ activeLearners }) => amount(activeLearners))],
    ['New learners', items.map(({ newLearners }) => amount(newLearners))],
    ['Sessions', items.map(({ sessionCount }) => amount(sessionCount))],
    ['Time studied', items.map(({ timeStudied }) => duration(timeStudied))],
    ['Average score', items.map(({ averageScore }) => score(averageScore))],
  ] as const;
  return html`<section class="card" aria-labelledby="weeks-title">
    <h2 id="weeks-title">This week and the weeks before</h2>
    <div class="scroll" role="region" aria-labelledby="weeks-title" tabindex="0">
      <table class="numbers even">
        <thead>
          <tr>
            <td></td>
            ${items.map(
              ({ start }, index) =>
                html`<th scope="col">
                  ${NAMES[index]}<small>from ${zone.date(new Date(start).toISOString())}</small>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ([name, values]) =>
              html`<tr>
                <th scope="row">${name}</th>
                ${values.map((value) => html`<td>${value}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
