import type { CourseSummary } from '../../core/index.js';
import { stackedBar } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { pageResponse } from './document.js';
import { amount, NONE, percent } from './format.js';
import { sparklineImage } from './sparkline.js';
import { countOf, STATUS_NAMES, STATUS_ORDER } from './status.js';
import { emptyList, nextPage } from './studied-courses.js';
import { argumentsOf, readView, type View } from './view.js';

/** Courses on a page. Each needs a summary. */
const COURSES_PER_PAGE = 20;

const EMPTY = html`There is no course yet. Create one with
  <code>stats-service course add --name Algebra</code> or <code>POST /courses</code>, then record sessions in
  it.`;

/** All courses of the credential, for teachers. */
export async function coursesPage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, query } = request;
  const view = readView(request);
  const { links, zone } = view;
  const page = await stats.listCourses({ limit: COURSES_PER_PAGE, ...argumentsOf(query, ['cursor']) });
  const rule = argumentsOf(query, ['inactiveAfter']);
  // Sequential: the reads of a course share one queue, and concurrent reads of a page could exceed its deadline.
  const summaries: CourseSummary[] = [];
  for (const { courseId } of page.items) summaries.push(await stats.getSummary({ courseId, ...rule }));
  return pageResponse({
    links,
    caller,
    title: 'Courses',
    current: 'courses',
    timeZone: zone.name,
    content: html`${summaries.length > 0 ? table(summaries, view) : emptyList(query, EMPTY)}${nextPage(links, page.next, query)}`,
  });
}

function table(summaries: readonly CourseSummary[], view: View): Markup {
  return html`<div class="card">
    <div class="scroll" role="group" aria-label="Courses" tabindex="0">
      <table class="roster courses-table">
        <thead>
          <tr>
            <th scope="col">Course</th>
            <th scope="col" class="number">Learners</th>
            <th scope="col">Status</th>
            <th scope="col">Active learners<small>last 12 weeks</small></th>
            <th scope="col" class="number">Completed</th>
            <th scope="col" class="number">Sessions</th>
            <th scope="col">Last session</th>
          </tr>
        </thead>
        <tbody>
          ${summaries.map((summary) => row(summary, view))}
        </tbody>
      </table>
    </div>
  </div>`;
}

function row(
  { courseId, name, moduleCount, learners, sessionCount, lastCompletedAt }: CourseSummary,
  { links, zone }: View,
): Markup {
  const { total, completed } = learners;
  const path = `/courses/${courseId}`;
  const counts = STATUS_ORDER.map((status) => ({ kind: status, value: countOf(learners, status) }));
  return html`<tr>
    <th scope="row">
      <a href="${links.to(path)}"><bdi>${name}</bdi></a>
    </th>
    <td class="number" data-name="Learners">${amount(total)}</td>
    <td class="statuses-of">
      ${stackedBar(counts)}<small
        >${counts.map(
          ({ kind: status, value }) =>
            html`<a class="status ${status}" href="${links.to(path, { status })}#learners"
              >${amount(value)} ${STATUS_NAMES[status].toLowerCase()}</a
            > `,
        )}</small
      >
    </td>
    <td class="sparkline" data-name="Active learners, last 12 weeks">
      ${sessionCount > 0 ? sparklineImage(links, courseId) : NONE}
    </td>
    <td class="number" data-name="Completed">
      ${percent(total === 0 || moduleCount === null ? null : completed / total)}
    </td>
    <td class="number" data-name="Sessions">${amount(sessionCount)}</td>
    <td class="last" data-name="Last session">
      ${lastCompletedAt === null ? NONE : html`${zone.date(lastCompletedAt)} <small>${zone.ago(lastCompletedAt)}</small>`}
    </td>
  </tr>`;
}
