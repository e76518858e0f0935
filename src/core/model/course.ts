import * as z from 'zod';
import { courseIdSchema, type CourseId } from './ids.js';
import { moduleIdsSchema } from './modules.js';
import { document, rule } from './validation.js';
import { instantSchema } from './time.js';

const MAX_NAME = 255;
const error = rule(
  `must be text of 1 to ${MAX_NAME} characters after trimming, without the character U+0000`,
);

/** Neither database can store U+0000 or half a surrogate pair the same as the other. */
export const nameSchema = z
  .string({ error })
  .trim()
  .refine((name) => name.isWellFormed() && !name.includes('\0'), { error })
  .refine((name) => name !== '' && Array.from(name).length <= MAX_NAME, { error })
  .meta({
    pattern: String.raw`\S`,
    description: `1 to ${MAX_NAME} characters after trimming; unique, compared exactly.`,
  });

/** The content of a course in a request: the body of a PUT. */
export const courseContentSchema = document({
  name: nameSchema,
  moduleIds: moduleIdsSchema.describe('The modules that the course declares; default: none.').optional(),
});

/** A course as it arrives to be created: the body of a POST. */
export const newCourseSchema = document({
  courseId: courseIdSchema.describe('Default: made by the server.').optional(),
  ...courseContentSchema.shape,
});

/** A course as it is stored and returned. */
export const courseSchema = z.object({
  courseId: courseIdSchema,
  name: z.string(),
  moduleIds: z.array(z.string()).describe('The modules that the course declares, sorted.'),
  createdAt: instantSchema.describe('When the course was created.'),
  updatedAt: instantSchema.describe('When its content last changed.'),
});

/** The content of a course. */
export interface CourseContent {
  /** 1 to 255 characters after trimming; unique among the courses, compared exactly. */
  readonly name: string;
  /**
   * The modules that the course declares, as a set: at most 1,000 ids, each of 1 to 128 visible ASCII
   * characters without `;`. Default: none.
   */
  readonly moduleIds?: readonly string[] | undefined;
}

/** A course to be created. */
export interface NewCourse extends CourseContent {
  /** Default: a new one. */
  readonly courseId?: CourseId | undefined;
}

/** A course as it is stored. Times are UTC, such as `2026-11-22T10:00:00.000Z`. */
export interface Course extends CourseContent {
  readonly courseId: CourseId;
  /** Sorted. */
  readonly moduleIds: readonly string[];
  /** When the course was created. */
  readonly createdAt: string;
  /** When its content last changed. */
  readonly updatedAt: string;
}
