import type { Course, CourseLearner, LifetimeStats } from '../../core/index.js';
import { grouped } from '../../core/model/validation.js';
import { hasScope } from '../auth/caller.js';
import { progressBar } from '../charts/index.js';
import { HISTORY_MEASURES, historyChart } from '../charts/parameters.js';
import { svg as html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { chartControls } from './chart-controls.js';
import { chartFigure } from './chart-figure.js';
import { pageResponse } from './document.js';
import { amount, count, duration, NONE, percent, score } from './format.js';
import { moduleSection } from './learner-modules.js';
import { sessionSection } from './learner-sessions.js';
import { statusBadge } from './status.js';
import { tiles } from './tiles.js';
import {
  argumentsOf,
  chartViewSchema,
  rangeOf,
  readChartView,
  sinceFirst,
  type ChartView,
  type View,
} from './view.js';

const viewSchema = chartViewSchema.extend({ measure: historyChart.measure });
type LearnerView = ChartView<(typeof HISTORY_MEASURES)[number]>;

/** A learner in a course: for teachers, and for the learner. */
export async function learnerPage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, userId, path, query } = request;
  if (!hasScope(caller, 'stats:read')) return myCoursePage(request);
  const view = readChartView(request, viewSchema);
  const { links } = view;
  const key = { userId, courseId: path['courseId'] };
  const [course, learner] = await Promise.all([
    stats.getCourse({ courseId: key.courseId }),
    stats.getLearner({ ...key, ...argumentsOf(query, ['inactiveAfter']) }),
  ]);
  const content = await learnerContent(request, view, course, learner);
  return pageResponse({
    links,
    caller,
    title: learner.displayName ?? learner.userId,
    path: [
      ['Courses', links.to('/courses')],
      [course.name, links.to(`/courses/${course.courseId}`)],
    ],
    current: 'courses',
    subtitle: subtitle(learner, view, course.courseId),
    timeZone: view.zone.name,
    content,
  });
}

/** A course, for a learner. */
export async function myCoursePage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, userId, path } = request;
  const view = readChartView(request, viewSchema);
  const { links } = view;
  const { courseId } = path;
  const [course, lifetime] = await Promise.all([
    stats.getCourse({ courseId }),
    stats.getStats({ userId, courseId }),
  ]);
  return pageResponse({
    links,
    caller,
    title: course.name,
    path: [['My learning', links.to('/me')]],
    current: 'me',
    subtitle: 'Your learning in this course',
    timeZone: view.zone.name,
    content: await learnerContent(request, view, course, lifetime),
  });
}

/** The script shortens the id, which it can also copy. */
function subtitle({ userId, status, groups }: CourseLearner, { links }: View, courseId: string): Markup {
  const toGroup = (group: string) => `${links.to(`/courses/${courseId}`, { group })}#learners`;
  return html`${statusBadge(status)}
    ${groups.map((group) => html`<a class="group" href="${toGroup(group)}"><bdi>${group}</bdi></a> `)}<span
      class="id"
      >Id <code data-copy="${userId}">${userId}</code></span
    >`;
}

type Figures = Omit<LifetimeStats, 'courseId' | 'moduleCount'>;

async function learnerContent(
  request: PageRequest,
  view: LearnerView,
  course: Course,
  figures: Figures,
): Promise<Markup> {
  if (figures.sessionCount === 0) {
    return html`<div class="card">
      <p class="empty">
        No study session yet. Progress, history and sessions are shown here after the first one.
      </p>
    </div>`;
  }
  const [history, modules, sessions] = await Promise.all([
    historySection(request, view, figures),
    moduleSection(request, view, course, figures),
    sessionSection(request, view),
  ]);
  return html`${lifetimeTiles(figures, course, view)}${history}${modules}${sessions}`;
}

function lifetimeTiles(figures: Figures, course: Course, { zone }: View): Markup {
  const { progress, distinctModulesStudied, firstCompletedAt, lastCompletedAt } = figures;
  const declared = course.moduleIds.length;
  return tiles([
    progress === null
      ? { name: 'Modules', value: amount(distinctModulesStudied), note: 'different ones studied' }
      : {
          name: 'Progress',
          value: html`${percent(progress)} ${progressBar(progress)}`,
          note: `${grouped(Math.round(progress * declared))} of ${count(declared, 'module')}`,
        },
    { name: 'Average score', value: score(figures.averageScore), note: 'weighted by modules' },
    {
      name: 'Time studied',
      value: duration(figures.timeStudied),
      note: html`in <data value="${figures.sessionCount}">${count(figures.sessionCount, 'session')}</data>`,
    },
    {
      name: 'Last session',
      value: lastCompletedAt === null ? NONE : zone.date(lastCompletedAt),
      note:
        lastCompletedAt !== null && firstCompletedAt !== null
          ? html`${zone.ago(lastCompletedAt)}; the first on ${zone.date(firstCompletedAt)}`
          : undefined,
    },
  ]);
}

async function historySection(
  { stats, userId, path, now }: PageRequest,
  view: LearnerView,
  { firstCompletedAt }: Figures,
): Promise<Markup> {
  const range = rangeOf(view, now);
  const { interval, zone, measure } = view;
  const key = { userId, courseId: path['courseId'] };
  const history = await stats.getHistory({ ...key, interval, timeZone: zone.name, ...range });
  const shown = sinceFirst(history.items, view, firstCompletedAt);
  const items = shown.map((item) => ({ start: item.start, value: item[measure] }));
  return html`<section class="card" id="history" aria-labelledby="history-title">
    <h2 id="history-title">History</h2>
    ${chartControls(view, { section: 'history', measures: HISTORY_MEASURES })}
    ${chartFigure({ ...history, items, ...range, now }, measure)}
  </section>`;
}
