import { created, noContent, ok } from '../response.js';
import type { CallRoute } from '../router.js';

const ENROLMENT = '/courses/{courseId}/learners/{userId}';

export const enrolmentRoutes: readonly CallRoute[] = [
  {
    method: 'PUT',
    path: ENROLMENT,
    operation: 'enrolLearner',
    access: { scope: 'courses:write' },
    summary: 'Enrol a learner in a course, or replace the enrolment',
    description:
      'For services, not for learners: the learner is in the path, and `X-User-Id` is not used. Idempotent: a platform can send all its enrolments again.',
    document: { argument: 'enrolment', schema: 'EnrolmentContent' },
    responses: {
      200: { description: 'Replaced.', schema: 'Enrolment' },
      201: { description: 'Created.', schema: 'Enrolment', headers: ['Location'] },
    },
    errors: ['course-not-found'],
    async handle(stats, call) {
      const { outcome, enrolment } = await stats.enrolLearner(call);
      const { courseId, userId } = enrolment;
      return outcome === 'replaced'
        ? ok(enrolment)
        : created(`/courses/${courseId}/learners/${userId}`, enrolment);
    },
  },
  {
    method: 'DELETE',
    path: ENROLMENT,
    operation: 'unenrolLearner',
    access: { scope: 'courses:write' },
    summary: 'Remove the enrolment of a learner in a course',
    description: "The learner's sessions stay.",
    responses: { 204: { description: 'Removed.' } },
    errors: ['course-not-found', 'enrolment-not-found'],
    async handle(stats, call) {
      await stats.unenrolLearner(call);
      return noContent();
    },
  },
];
