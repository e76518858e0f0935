import type { Course } from '../../core/index.js';
import { created, noContent, ok, okPage } from '../response.js';
import type { CallRoute } from '../router.js';

export const courseRoutes: readonly CallRoute[] = [
  {
    method: 'POST',
    path: '/courses',
    operation: 'addCourse',
    access: { scope: 'courses:write' },
    summary: 'Create a course',
    document: { argument: 'course', schema: 'NewCourse' },
    responses: { 201: { description: 'Created.', schema: 'Course', headers: ['Location'] } },
    errors: ['course-id-taken', 'course-name-taken'],
    async handle(stats, call) {
      const course = await stats.addCourse(call);
      return created(locationOf(course), course);
    },
  },
  {
    method: 'GET',
    path: '/courses',
    operation: 'listCourses',
    access: 'authenticated',
    summary: 'List the courses by name',
    responses: { 200: { description: 'A page of courses.', schema: 'CoursePage', headers: ['Link'] } },
    errors: [],
    handle: async (stats, call, url) => okPage(await stats.listCourses(call), url),
  },
  {
    method: 'PUT',
    path: '/courses/{courseId}',
    operation: 'setCourse',
    access: { scope: 'courses:write' },
    summary: 'Create or replace a course',
    description:
      'Idempotent: a platform can send its whole catalogue again. Without `moduleIds` the modules of a course stay.',
    document: { argument: 'course', schema: 'CourseContent' },
    responses: {
      200: { description: 'Replaced.', schema: 'Course' },
      201: { description: 'Created.', schema: 'Course', headers: ['Location'] },
    },
    errors: ['course-name-taken'],
    async handle(stats, call) {
      const { outcome, course } = await stats.setCourse(call);
      return outcome === 'replaced' ? ok(course) : created(locationOf(course), course);
    },
  },
  {
    method: 'DELETE',
    path: '/courses/{courseId}',
    operation: 'deleteCourse',
    access: { scope: 'courses:write' },
    summary: 'Delete a course without sessions',
    description: 'Its modules and enrolments are deleted too.',
    responses: { 204: { description: 'Deleted.' } },
    errors: ['course-not-found', 'course-in-use'],
    async handle(stats, call) {
      await stats.deleteCourse(call);
      return noContent();
    },
  },
];

function locationOf({ courseId }: Course): string {
  return `/courses/${courseId}`;
}
