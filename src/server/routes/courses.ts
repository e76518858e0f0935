import { nextLink } from '../response.js';
import type { CallRoute } from '../router.js';

export const courseRoutes: readonly CallRoute[] = [
  {
    method: 'POST',
    path: '/courses',
    operation: 'addCourse',
    summary: 'Create a course',
    document: { argument: 'course', schema: 'NewCourse' },
    answers: { 201: { description: 'Created.', schema: 'Course', headers: ['Location'] } },
    errors: ['course-id-taken', 'course-name-taken'],
    async handle(stats, { query, body }) {
      const course = await stats.addCourse({ ...query, course: body });
      return { status: 201, headers: { Location: `/courses/${course.courseId}` }, body: course };
    },
  },
  {
    method: 'GET',
    path: '/courses',
    operation: 'listCourses',
    summary: 'List the courses by name',
    answers: { 200: { description: 'A page of courses.', schema: 'CoursePage', headers: ['Link'] } },
    errors: [],
    async handle(stats, { query }) {
      const page = await stats.listCourses(query);
      return { status: 200, headers: nextLink('/courses', query, page), body: page };
    },
  },
  {
    method: 'PUT',
    path: '/courses/{courseId}',
    operation: 'setCourse',
    summary: 'Create or replace a course',
    description: 'Idempotent, for a platform that copies its catalogue.',
    document: { argument: 'course', schema: 'CourseContent' },
    answers: {
      200: { description: 'Replaced.', schema: 'Course' },
      201: { description: 'Created.', schema: 'Course', headers: ['Location'] },
    },
    errors: ['course-name-taken'],
    async handle(stats, { path, query, body }) {
      const { outcome, course } = await stats.setCourse({ ...query, ...path, course: body });
      if (outcome === 'replaced') return { status: 200, body: course };
      return { status: 201, headers: { Location: `/courses/${course.courseId}` }, body: course };
    },
  },
];
