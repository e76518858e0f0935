import type { Access } from '../auth/access.js';
import type * as pages from '../dashboard/index.js';
import type { HttpResponse } from '../response.js';
import type { AnyRoute, PageRequest, PageRoute, ServiceRoute } from '../router.js';

const PATH = '/dashboard';

/** The access of pages about one learner. */
const OWN: Access = { forOthers: 'stats:read' };
const TEACHERS: Access = { scope: 'stats:read' };

/** No page has a path of more segments, and the relative links of an error page would repeat `../` for each. */
const MAX_SEGMENTS = 16;

/** True for the paths whose errors are pages. */
export function isDashboard(pathname: string): boolean {
  if (pathname !== PATH && !pathname.startsWith(`${PATH}/`)) return false;
  return pathname.split('/', MAX_SEGMENTS + 2).length <= MAX_SEGMENTS + 1;
}

/**
 * The pages of the dashboard. Those of learners are below `/dashboard/me`, so that a gateway can block
 * `/dashboard/courses` for them.
 */
export const dashboardRoutes: readonly AnyRoute[] = [
  page('', 'authenticated', ({ homePage }) => homePage),
  page('/me', OWN, ({ myLearningPage }) => myLearningPage),
  page('/me/courses/{courseId}', OWN, ({ myCoursePage }) => myCoursePage),
  page('/courses', TEACHERS, ({ coursesPage }) => coursesPage),
  page('/courses/{courseId}', TEACHERS, ({ coursePage }) => coursePage),
  page('/courses/{courseId}/learners.csv', TEACHERS, ({ rosterFile }) => rosterFile),
  page('/courses/{courseId}/sparkline.svg', TEACHERS, ({ sparklineFile }) => sparklineFile),
  page('/courses/{courseId}/learners/{userId}', OWN, ({ learnerPage }) => learnerPage),
  asset(),
];

/** The pages are loaded on demand, because most servers never serve them. */
function page(
  path: string,
  access: Access,
  select: (all: typeof pages) => (request: PageRequest) => Promise<HttpResponse>,
): PageRoute {
  return {
    method: 'GET',
    path: `${PATH}${path}`,
    operation: 'page',
    access,
    handle: async (request) => select(await import('../dashboard/index.js'))(request),
  };
}

/** The style and the script of the pages, without a credential. */
function asset(): ServiceRoute {
  return {
    method: 'GET',
    path: `${PATH}/assets/{name}`,
    operation: 'asset',
    summary: 'A part of the pages of the dashboard',
    responses: {},
    errors: [],
    async handle(_, __, { name = '' }) {
      const { assetResponse } = await import('../dashboard/index.js');
      return assetResponse(name);
    },
  };
}
