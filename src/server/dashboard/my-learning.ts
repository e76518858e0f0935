import type { ActivityDay, LearnerActivity } from '../../core/index.js';
import { intervalsBetween } from '../../core/model/intervals.js';
import { svg as html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { calendar } from './calendar.js';
import { chartFigure } from './chart-figure.js';
import { pageResponse } from './document.js';
import { amount, count } from './format.js';
import { nextPage, studiedCourses } from './studied-courses.js';
import { tiles } from './tiles.js';
import { argumentsOf, lastIntervals, readView, type View } from './view.js';
import type { Zone } from './zone.js';

/** Courses on a page. */
const LIMIT = 50;
/** Weeks in the chart of hours. */
const WEEKS = 26;
const LEAST_WEEKS = 8;
/** When a day can start, for people who study at night. */
const DAY_STARTS = ['00:00', '02:00', '04:00', '06:00'];

/** A learner's own courses, days and hours. */
export async function myLearningPage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, userId, query } = request;
  const view = readView(request);
  const { links, zone } = view;
  const [page, activity] = await Promise.all([
    stats.listStudiedCourses({ userId, limit: LIMIT, ...argumentsOf(query, ['cursor']) }),
    // It has the days of all courses, which a credential for some of them may not read.
    caller.courses
      ? undefined
      : stats.getLearnerActivity({
          userId,
          timeZone: zone.name,
          ...argumentsOf(query, ['dayStart']),
        }),
  ]);
  return pageResponse({
    links,
    caller,
    title: 'My learning',
    current: 'me',
    timeZone: zone.name,
    settings: dayStartSetting(activity?.dayStart),
    content: html`${activity && activity.activeDays > 0 && days(request, view, activity)}
      <section aria-labelledby="courses-title">
        <h2 id="courses-title" class="section">Courses</h2>
        ${studiedCourses(page.items, view, query)}${nextPage(links, page.next, query)}
      </section>`,
  });
}

function days(request: PageRequest, view: View, activity: LearnerActivity): Markup {
  const { currentStreak, longestStreak, activeDays } = activity;
  return html`${tiles([
    {
      name: 'Current streak',
      value: streak(currentStreak),
      note: streakNote(activity, view.zone),
    },
    { name: 'Longest streak', value: streak(longestStreak), note: 'days in a row with a session' },
    { name: 'Days with a session', value: amount(activeDays), note: 'in all courses, of all time' },
  ])}
  ${calendar(activity, view.zone)} ${hours(view, activity, request.now)}`;
}

function dayStartSetting(dayStart: string | undefined): Markup | undefined {
  if (dayStart === undefined) return undefined;
  const times = Array.from(new Set([...DAY_STARTS, dayStart])).toSorted();
  return html`<label for="day-start">A day starts at</label
    ><select id="day-start" name="dayStart">
      ${times.map((time) => html`<option${time === dayStart && html` selected="selected"`}>${time}</option>`)}
    </select>`;
}

function streak(value: number): Markup {
  return html`<data value="${value}">${count(value, 'day')}</data>`;
}

function streakNote({ currentStreak, items, dayStart }: LearnerActivity, zone: Zone): string {
  if (currentStreak === 0) return 'a session today starts a new one';
  return items.at(-1)?.date === zone.today(dayStart) ? 'including today' : 'a session today continues it';
}

/** The time per week: the days of the same answer, added up. */
function hours({ zone }: View, { items }: LearnerActivity, now: number): Markup {
  const range = lastIntervals('week', zone.name, WEEKS, now);
  const weeks = intervalsBetween('week', zone.name, { start: range.from, end: range.to });
  const all = weeks.map(({ label }, index) => {
    const [first, next] = [dateOf(label), dateOf(weeks[index + 1]?.label ?? '9999-12-31')];
    const within = items.filter(({ date }) => date >= first && date < next);
    return { start: label, value: sumOf(within) };
  });
  // A new learner has no long empty time before the first session.
  const begun = all.findIndex(({ value }) => value > 0);
  const series = all.slice(Math.min(Math.max(0, begun), WEEKS - LEAST_WEEKS));
  return html`<section class="card" aria-labelledby="hours-title">
    <h2 id="hours-title">Hours per week</h2>
    ${chartFigure({ interval: 'week', timeZone: zone.name, items: series, ...range, now }, 'timeStudied')}
  </section>`;
}

function dateOf(label: string): string {
  return label.slice(0, '2026-11-22'.length);
}

function sumOf(items: readonly ActivityDay[]): number {
  return items.reduce((sum, { timeStudied }) => sum + timeStudied, 0);
}
