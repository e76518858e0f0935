import { LearnerRequired } from '../auth/access.js';
import { hasScope } from '../auth/caller.js';
import { svg as html } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { PageRequest } from '../router.js';
import { coursesPage } from './courses.js';
import { pageResponse } from './document.js';
import { nextPage, studiedCourses } from './studied-courses.js';
import { argumentsOf, readView } from './view.js';

/** Courses on a page. */
const LIMIT = 50;

/**
 * The courses of a teacher or of a learner. A gateway does not tell them apart, so everybody behind one sees their own
 * courses. The platform links to the pages of its teachers.
 */
export async function homePage(request: PageRequest): Promise<HttpResponse> {
  const { stats, caller, userId, query } = request;
  if (caller.credential !== 'gateway' && hasScope(caller, 'stats:read')) return coursesPage(request);
  if (userId === undefined) throw new LearnerRequired();
  const view = readView(request);
  const { links, zone } = view;
  const page = await stats.listStudiedCourses({ userId, limit: LIMIT, ...argumentsOf(query, ['cursor']) });
  return pageResponse({
    links,
    caller,
    title: 'My courses',
    current: 'home',
    timeZone: zone.name,
    content: html`${studiedCourses(page.items, view, query)}${nextPage(links, page.next, query)}
      <ul class="more">
        <li><a href="${links.to('/me')}">My learning: days, streaks and hours</a></li>
      </ul>`,
  });
}
