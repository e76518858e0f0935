import * as z from 'zod';
import { courseIdSchema, userIdSchema, type CourseId, type UserId } from './ids.js';
import type { Session } from './session.js';
import { boundSchema } from './time.js';

/** A session as it leaves the database in an export: what was studied, without when it was recorded here. */
export interface ExportedSession extends Omit<Session, 'createdAt' | 'updatedAt'> {
  readonly userId: UserId;
}

/** Which sessions are exported: those that all of it applies to. */
export interface ExportFilter {
  readonly userId?: UserId | undefined;
  readonly courseId?: CourseId | undefined;
  /** Only sessions completed at this time or later: RFC 3339 with offset. */
  readonly from?: string | undefined;
  /** Only sessions completed before this time: RFC 3339 with offset. */
  readonly to?: string | undefined;
}

export const exportFilterSchema = z.strictObject({
  userId: userIdSchema.optional(),
  courseId: courseIdSchema.optional(),
  from: boundSchema.optional(),
  to: boundSchema.optional(),
});
