import type * as z from 'zod';
import type { StatsCalls } from '../api.js';
import { courseSchema } from './course.js';
import { courseActivityItemSchema } from './course-activity.js';
import { historyItemSchema } from './history.js';
import { activityDaySchema } from './learner-activity.js';
import { studiedCourseSchema } from './lifetime.js';
import { rosterRowSchema } from './roster.js';
import { sessionSchema } from './session.js';

/** A list in the result of a call that also comes as CSV. */
export interface CsvList<Column extends string = string> {
  /** The fields of an item, in the order of the JSON. */
  readonly columns: readonly Column[];
}

/**
 * The calls whose result also comes as CSV: over HTTP if `Accept` prefers it, and on the command line with `--csv`. An
 * entry is all that a new list needs over HTTP and in the OpenAPI document.
 */
export const CSV_LISTS = {
  listCourses: csvList(courseSchema),
  listLearners: csvList(rosterRowSchema),
  getCourseActivity: csvList(courseActivityItemSchema),
  listSessions: csvList(sessionSchema),
  getHistory: csvList(historyItemSchema),
  getLearnerActivity: csvList(activityDaySchema),
  listStudiedCourses: csvList(studiedCourseSchema),
} satisfies Partial<Record<keyof StatsCalls, CsvList>>;

function csvList<Shape extends z.ZodRawShape>(item: z.ZodObject<Shape>): CsvList<keyof Shape & string> {
  return { columns: item.keyof().options };
}
