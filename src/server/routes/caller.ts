import { ok } from '../response.js';
import type { CallerRoute } from '../router.js';

export const callerRoutes: readonly CallerRoute[] = [
  {
    method: 'GET',
    path: '/whoami',
    operation: 'whoami',
    access: 'authenticated',
    summary: 'Who the caller is, and what they may do',
    responses: { 200: { description: 'The caller.', schema: 'Caller' } },
    errors: [],
    handle: ({ userId, credential, scopes, courses }) =>
      ok({
        userId: userId ?? null,
        credential,
        scopes: Array.from(scopes).toSorted(),
        courses: courses ? Array.from(courses).toSorted() : null,
      }),
  },
];
