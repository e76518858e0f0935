import type { StudiedCourse } from '../../core/index.js';
import { progressBar } from '../charts/index.js';
import { svg as html, type Markup } from '../markup.js';
import { amount, count, duration, percent, score } from './format.js';
import type { Links } from './links.js';
import type { View } from './view.js';

/** The courses of a learner, each with a link to its page. */
export function studiedCourses(
  courses: readonly StudiedCourse[],
  { links, zone }: View,
  query: URLSearchParams,
): Markup {
  if (courses.length === 0) {
    return emptyList(
      query,
      'No course yet. A course is shown here as soon as its first study session is recorded.',
    );
  }
  const items = courses.map(
    (course) =>
      html`<li class="card course">
        <h2>
          <a href="${links.to(`/me/courses/${course.courseId}`)}"><bdi>${course.name}</bdi></a>
        </h2>
        ${progressOf(course)}
        <dl class="facts">
          <div>
            <dt>Sessions</dt>
            <dd>${amount(course.sessionCount)}</dd>
          </div>
          <div>
            <dt>Time studied</dt>
            <dd>${duration(course.timeStudied)}</dd>
          </div>
          <div>
            <dt>Average score</dt>
            <dd>${score(course.averageScore)}</dd>
          </div>
          ${
            course.lastCompletedAt !== null &&
            html`<div>
              <dt>Last session</dt>
              <dd>${zone.date(course.lastCompletedAt)} <small>${zone.ago(course.lastCompletedAt)}</small></dd>
            </div>`
          }
        </dl>
      </li>`,
  );
  return html`<ul class="courses">
    ${items}
  </ul>`;
}

function progressOf({ progress, distinctModulesStudied, moduleCount }: StudiedCourse): Markup {
  if (progress === null)
    return html`<p class="progress">${count(distinctModulesStudied, 'module')} studied</p>`;
  return html`<p class="progress">
    ${progressBar(progress)} ${percent(progress)} <small>of ${count(moduleCount ?? 0, 'module')}</small>
  </p>`;
}

/** @param text says why the first page is empty. A later page can only have become empty. */
export function emptyList(query: URLSearchParams, text: Markup | string): Markup {
  return html`<div class="card">
    <p class="empty">${query.get('cursor') ? 'There are no more courses.' : text}</p>
  </div>`;
}

/** The links between the pages of a list. */
export function nextPage(links: Links, next: string | null, query: URLSearchParams): Markup | false {
  const isFirst = !query.get('cursor');
  return (
    !(isFirst && next === null) &&
    html`<div class="pages">
      <ul>
        ${!isFirst && html`<li><a href="${links.here({ cursor: undefined })}">First page</a></li>`}
        ${next !== null && html`<li><a href="${links.here({ cursor: next })}" rel="next">Next page</a></li>`}
      </ul>
    </div>`
  );
}
