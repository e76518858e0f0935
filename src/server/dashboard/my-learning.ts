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

/** Courses on a page. */
const LIMIT = 50;
/** Weeks in the chart of hours. */
const WEEKS = 26;

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
    content: html`${activity && activity.activeDays > 0 && days(request, view, activity)}
      <section aria-labelledby="courses-title">
        <h2 id="courses-title" class="section">Courses</h2>
        ${studiedCourses(page.items, view)}${nextPage(links, page.next, query)}
      </section>`,
  });
}

function days(request: PageRequest, view: View, activity: LearnerActivity): Markup {
  const { currentStreak, longestStreak, activeDays } = activity;
  return html`${tiles([
    { name: 'Current streak', value: streak(currentStreak), note: streakNote(currentStreak) },
    { name: 'Longest streak', value: streak(longestStreak), note: 'days in a row with a session' },
    { name: 'Days with a session', value: amount(activeDays), note: 'in all courses, of all time' },
  ])}
  ${calendar(activity, view.zone, request.now)} ${hours(view, activity, request.now)}`;
}

function streak(value: number): Markup {
  return html`<data value="${value}">${count(value, 'day')}</data>`;
}

function streakNote(value: number): string {
  return value === 0 ? 'a session today starts a new one' : 'a session today or tomorrow continues it';
}

/** The time per week: the days of the same answer, added up. */
function hours({ zone }: View, { items }: LearnerActivity, now: number): Markup {
  const range = lastIntervals('week', zone.name, WEEKS, now);
  const weeks = intervalsBetween('week', zone.name, { start: range.from, end: range.to });
  const series = weeks.map(({ label }, index) => {
    const [first, next] = [dateOf(label), dateOf(weeks[index + 1]?.label ?? '9999-12-31')];
    const within = items.filter(({ date }) => date >= first && date < next);
    return { start: label, value: sumOf(within) };
  });
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
