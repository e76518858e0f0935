import type { CourseActivity, CourseSummary } from '../../core/index.js';
import { COURSE_MEASURES, courseChart } from '../charts/parameters.js';
import { html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { chartControls } from './chart-controls.js';
import { chartFigure } from './chart-figure.js';
import { courseFigures } from './course-figures.js';
import { courseModules } from './course-modules.js';
import { courseProgress } from './course-progress.js';
import { courseWeeks, readWeeks } from './course-weeks.js';
import { pageResponse } from './document.js';
import { count } from './format.js';
import { readRoster, rosterSection } from './roster.js';
import {
  argumentsOf,
  chartViewSchema,
  rangeOf,
  readChartView,
  sinceFirst,
  type ChartView,
  type Range,
} from './view.js';

const viewSchema = chartViewSchema.extend({ measure: courseChart.measure });

/** A course, for its teachers. */
export async function coursePage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, query, path, now } = request;
  const view = readChartView(request, viewSchema);
  const { links, zone } = view;
  const course = { courseId: path['courseId'] };
  const range = rangeOf(view, now);
  const { interval } = view;
  // The slowest one first, because only a few read at once.
  const summarizing = stats.getSummary({ ...course, ...argumentsOf(query, ['inactiveAfter']) });
  const reading = stats.getCourseActivity({ ...course, interval, timeZone: zone.name, ...range });
  // Counting learners takes long, so the weeks of the default chart are not read again.
  const isDefault = interval === 'week' && view.from === undefined && view.to === undefined;
  const [summary, activity, weeks, roster] = await Promise.all([
    summarizing,
    reading,
    readWeeks(stats, course, zone, now, isDefault ? reading : undefined),
    readRoster(request),
  ]);
  const { name, sessionCount, lastCompletedAt } = summary;
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
    content: html`${courseFigures(summary, view)}${
      sessionCount > 0 &&
      html`${courseWeeks(weeks, zone)}${activitySection(view, summary, { ...activity, ...range }, now)}
        <div class="columns">${courseProgress(summary)}${courseModules(summary)}</div>`
    }
    ${rosterSection(query, view, roster, summary)}`,
  });
}

function activitySection(
  view: ChartView,
  { firstCompletedAt }: CourseSummary,
  activity: CourseActivity & Range,
  now: number,
): Markup {
  const { measure } = view;
  const shown = sinceFirst(activity.items, view, firstCompletedAt);
  const items = shown.map((item) => ({ start: item.start, value: item[measure] }));
  return html`<section class="card" id="activity" aria-labelledby="activity-title">
    <h2 id="activity-title">Activity</h2>
    ${chartControls(view, { section: 'activity', measures: COURSE_MEASURES })}
    ${chartFigure({ ...activity, items, now }, measure)}
  </section>`;
}
