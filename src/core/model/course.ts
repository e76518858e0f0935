import * as z from 'zod';
import { courseIdSchema } from './ids.js';
import { document, rule } from './rules.js';
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

/** What a course says, as it arrives: the body of a PUT. */
export const courseContentSchema = document({ name: nameSchema });

/** A course as it arrives to be created: the body of a POST. */
export const newCourseSchema = document({
  courseId: courseIdSchema.describe('Default: made by the server.').optional(),
  ...courseContentSchema.shape,
});

/** A course as it is stored and returned. */
export const courseSchema = z.object({
  courseId: courseIdSchema,
  name: z.string(),
  createdAt: instantSchema.describe('When the course was created.'),
  updatedAt: instantSchema.describe('When its content last changed.'),
});

export type CourseContent = z.output<typeof courseContentSchema>;
export type NewCourse = z.output<typeof newCourseSchema>;
export type Course = z.output<typeof courseSchema>;
