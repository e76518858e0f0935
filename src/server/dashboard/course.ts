import * as z from 'zod';
import type { CourseSummary } from '../../core/index.js';
import { parseCall } from '../../core/model/validation.js';
import { courseChart } from '../charts/parameters.js';
import { svg as html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { chartControls } from './chart-controls.js';
import { chartFigure } from './chart-figure.js';
import { courseFigures } from './course-figures.js';
import { courseModules } from './course-modules.js';
import { courseProgress } from './course-progress.js';
import { courseWeeks } from './course-weeks.js';
import { pageResponse } from './document.js';
import { count } from './format.js';
import { readRoster, rosterSection } from './roster.js';
import { argumentsOf, rangeOf, readView, type View } from './view.js';

const MEASURES = ['activeLearners', 'newLearners', 'sessionCount', 'timeStudied', 'averageScore'] as const;
const measureSchema = z.object({ measure: courseChart.measure });

/** A course, for its teachers. */
export async function coursePage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, query, path, now } = request;
  const view = readView(request);
  const { links, zone } = view;
  const course = { courseId: path['courseId'] };
  // One after the other: at the same time, they would wait for each other, and a long wait is refused.
  const roster = await readRoster(request);
  const summary = await stats.getSummary({ ...course, ...argumentsOf(query, ['inactiveAfter']) });
  const { name, sessionCount, lastCompletedAt } = summary;
  const activity = sessionCount > 0 && (await readActivity(request, view, summary));
  // Counting learners takes long, so the default chart's weeks are not read again.
  const isDefault = view.interval === 'week' && view.from === undefined && view.to === undefined;
  const weeks =
    activity && (await courseWeeks(stats, course, zone, now, isDefault ? activity.items : undefined));
  const last = lastCompletedAt === null ? 'no session yet' : html`last session ${zone.ago(lastCompletedAt)}`;
  return pageResponse({
    links,
    caller,
    title: name,
    path: [['Courses', links.to('/courses')]],
    current: 'courses',
    subtitle: html`${count(summary.learners.total, 'learner')} · ${count(summary.moduleCount ?? 0, 'module')}
    · ${last}`,
    timeZone: zone.name,
    content: html`${courseFigures(summary, view)}${weeks}${activity && activitySection(request, view, activity)}
    ${sessionCount > 0 && html`<div class="columns">${courseProgress(summary)}${courseModules(summary)}</div>`}
    ${rosterSection(query, view, roster, summary)}`,
  });
}

async function readActivity(
  { stats, now }: PageRequest,
  view: View,
  { courseId, firstCompletedAt }: CourseSummary,
) {
  const range = rangeOf(view, firstCompletedAt, now);
  const { interval, zone } = view;
  const activity = await stats.getCourseActivity({ courseId, interval, timeZone: zone.name, ...range });
  return { ...activity, ...range };
}

function activitySection(
  { query, now }: PageRequest,
  view: View,
  activity: Awaited<ReturnType<typeof readActivity>>,
): Markup {
  const { measure } = parseCall(measureSchema, argumentsOf(query, ['measure']));
  const items = activity.items.map((item) => ({ start: item.start, value: item[measure] }));
  return html`<section class="card" id="activity" aria-labelledby="activity-title">
    <h2 id="activity-title">Activity</h2>
    ${chartControls(view, { section: 'activity', measures: MEASURES, measure })}
    ${chartFigure({ ...activity, items, now }, measure)}
  </section>`;
}
