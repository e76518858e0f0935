import * as z from 'zod';
import { historyItemSchema, historySchema, type History, type HistoryItem } from './history.js';

export const courseActivityItemSchema = z.object({
  start: historyItemSchema.shape.start,
  activeLearners: z.int().min(0).describe('The number of learners with a session in the interval.'),
  newLearners: z
    .int()
    .min(0)
    .describe('The number of learners whose first session in the course was completed in the interval.'),
  ...historyItemSchema.omit({ start: true }).shape,
});

export const courseActivitySchema = historySchema.extend({
  items: z.array(courseActivityItemSchema).describe('Oldest first; empty intervals are included.'),
});

/** The figures of the sessions of a course that were completed in one interval. */
export interface CourseActivityItem extends HistoryItem {
  /** The number of learners with a session in the interval. */
  readonly activeLearners: number;
  /** The number of learners whose first session in the course was completed in the interval. */
  readonly newLearners: number;
}

export interface CourseActivity extends Omit<History, 'items'> {
  /** Oldest first; empty intervals are included. */
  readonly items: readonly CourseActivityItem[];
}
