import type { CourseActivity, CourseActivityItem, StatsCalls, Untyped } from '../../core/index.js';
import { toInstant } from '../../core/model/time.js';
import { weekBefore } from '../../core/model/zone-days.js';
import { html, type Markup } from '../markup.js';
import { amount, amountChange, count, duration, durationChange, score, scoreChange } from './format.js';
import { lastIntervals, type Range } from './view.js';
import type { Zone } from './zone.js';

const MINUTE = 60_000;
/** The figures of a range without sessions. */
const NOTHING: Omit<CourseActivityItem, 'start'> = {
  activeLearners: 0,
  newLearners: 0,
  sessionCount: 0,
  totalModulesStudied: 0,
  averageScore: null,
  timeStudied: 0,
};

export interface Weeks {
  /** The one before the last, the last and the current one. */
  readonly weeks: readonly CourseActivityItem[];
  /** The last week up to the same time on the clock. */
  readonly part: typeof NOTHING;
  /** That time, in milliseconds since 1970. */
  readonly partEnd: number;
}

/** @param known an activity that ends with these weeks, if one is read anyway */
export async function readWeeks(
  stats: Untyped<StatsCalls>,
  course: object,
  zone: Zone,
  now: number,
  known?: Promise<CourseActivity>,
): Promise<Weeks> {
  const read = (range: Range) =>
    stats.getCourseActivity({ ...course, interval: 'week', timeZone: zone.name, ...range });
  // Whole minutes, so that a page that is loaded again shares the figures that are being read.
  const partEnd = weekBefore(now - (now % MINUTE), zone.name);
  const { from } = lastIntervals('week', zone.name, 2, now);
  const [{ items }, part] = await Promise.all([
    known ?? read(lastIntervals('week', zone.name, 3, now)),
    read({ from, to: toInstant(partEnd) }),
  ]);
  return { weeks: items.slice(-3), part: part.items[0] ?? NOTHING, partEnd };
}

/** Compares the current week with those before it, and with the same part of the last one. */
export function courseWeeks({ weeks, part, partEnd }: Weeks, zone: Zone): Markup {
  const [beforeLast, last, current] = weeks;
  if (!beforeLast || !last || !current) return html``;
  const columns = [
    ['This week so far', `${zone.weekday(startOf(current))} to now`],
    ['Last week, up to the same time', `${zone.days(startOf(last), partEnd)}, ${zone.time(partEnd)}`],
    ['Change', 'this week so far'],
    ['Last week, complete', zone.days(startOf(last), startOf(current) - 1)],
    ['Week before last', zone.days(startOf(beforeLast), startOf(last) - 1)],
  ] as const;
  const row = <Value extends number | null>(
    name: string,
    valueOf: (week: typeof NOTHING) => Value,
    show: (value: Value) => Markup,
    showChange: (before: Value, after: Value) => Markup,
  ) => {
    const [value, before] = [valueOf(current), valueOf(part)];
    const rest = [last, beforeLast].map((week) => show(valueOf(week)));
    return [name, [show(value), show(before), showChange(before, value), ...rest]] as const;
  };
  const rows = [
    row('Active learners', ({ activeLearners }) => activeLearners, amount, amountChange),
    row('New learners', ({ newLearners }) => newLearners, amount, amountChange),
    row('Sessions', ({ sessionCount }) => sessionCount, amount, amountChange),
    row('Time studied', ({ timeStudied }) => timeStudied, duration, durationChange),
    row('Average score', ({ averageScore }) => averageScore, score, scoreChange),
  ];
  return html`<section class="card" aria-labelledby="weeks-title">
    <h2 id="weeks-title">This week and the weeks before</h2>
    <p>${weeksSentence(current, part, last, beforeLast)}</p>
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
                ${values.map((value, index) => html`<td data-name="${columns[index]?.[0]}">${value}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

function startOf({ start }: CourseActivityItem): number {
  return Date.parse(start);
}

type Counts = Pick<CourseActivityItem, 'activeLearners' | 'sessionCount'>;

/**
 * Compares this week with the same part of the last one, because a whole week would only look like a decline. At the
 * beginning of a week, only the complete weeks say something.
 */
export function weeksSentence(now: Counts, part: Counts, last: Counts, beforeLast: Counts): string {
  const begun =
    now.sessionCount === 0 && part.sessionCount === 0
      ? 'No session yet this week'
      : `So far this week: ${comparison(now, part, 'in the same part of last week')}`;
  return `${begun}. Last week: ${comparison(last, beforeLast, 'in the week before')}.`;
}

function comparison(now: Counts, then: Counts, when: string): string {
  const learners = now.activeLearners - then.activeLearners;
  const sessions = now.sessionCount - then.sessionCount;
  const [first, second] = [difference(learners, 'active learner'), difference(sessions, 'session')];
  const other = `${learners === 0 ? 'as' : 'than'} ${when}`;
  const isAlike = (learners === 0) === (sessions === 0);
  return isAlike ? `${first} and ${second} ${other}` : `${first} ${other}, and ${second}`;
}

function difference(value: number, noun: string): string {
  if (value === 0) return `as many ${noun}s`;
  return count(Math.abs(value), `${value > 0 ? 'more' : 'fewer'} ${noun}`);
}
