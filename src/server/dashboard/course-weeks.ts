import type { CourseActivityItem, StatsCalls, Untyped } from '../../core/index.js';
import { toInstant } from '../../core/model/time.js';
import { DAY } from '../../core/model/time.js';
import { svg as html, type Markup } from '../markup.js';
import { amount, duration, score } from './format.js';
import { lastIntervals, type Range } from './view.js';
import type { Zone } from './zone.js';

const WEEK = 7 * DAY;
/** The week has just begun. */
const NOTHING: Omit<CourseActivityItem, 'start'> = {
  activeLearners: 0,
  newLearners: 0,
  sessionCount: 0,
  totalModulesStudied: 0,
  averageScore: null,
  timeStudied: 0,
};

/**
 * Compares the current week with those before it, and with the same part of the last one.
 *
 * @param known the weeks up to the current one, if they were read
 */
export async function courseWeeks(
  stats: Untyped<StatsCalls>,
  course: object,
  zone: Zone,
  now: number,
  known?: readonly CourseActivityItem[],
): Promise<Markup> {
  const read = (range: Range) =>
    stats.getCourseActivity({ ...course, interval: 'week', timeZone: zone.name, ...range });
  const weeks = known ?? (await read(lastIntervals('week', zone.name, 3, now))).items;
  const [beforeLast, last, current] = weeks.slice(-3);
  if (!beforeLast || !last || !current) return html``;
  const to = toInstant(now - WEEK);
  const { items: parts } = await read({ from: toInstant(Date.parse(last.start)), to });
  const since = ({ start }: CourseActivityItem) => html`from ${zone.date(toInstant(Date.parse(start)))}`;
  const columns = [
    ['This week so far', since(current)],
    ['Last week by this time', html`to ${zone.dateTime(to)}`],
    ['Last week', since(last)],
    ['Week before last', since(beforeLast)],
  ] as const;
  const items = [current, parts[0] ?? NOTHING, last, beforeLast];
  const rows = [
    ['Active learners', items.map(({ activeLearners }) => amount(activeLearners))],
    ['New learners', items.map(({ newLearners }) => amount(newLearners))],
    ['Sessions', items.map(({ sessionCount }) => amount(sessionCount))],
    ['Time studied', items.map(({ timeStudied }) => duration(timeStudied))],
    ['Average score', items.map(({ averageScore }) => score(averageScore))],
  ] as const;
  return html`<section class="card" aria-labelledby="weeks-title">
    <h2 id="weeks-title">This week and the weeks before</h2>
    <div class="scroll" role="group" aria-labelledby="weeks-title" tabindex="0">
      <table class="numbers even">
        <thead>
          <tr>
            <td></td>
            ${columns.map(([name, note]) => html`<th scope="col">${name}<small>${note}</small></th>`)}
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
