import * as z from 'zod';
import { SCOPES, type Scope } from './api-key.js';
import { courseIdSchema, userIdSchema, type CourseId, type UserId } from './ids.js';

export const callerSchema = z.object({
  userId: userIdSchema.nullable().describe('The learner of the caller; null for an API key.'),
  credential: z.enum(['gateway', 'jwt', 'api-key', 'link']),
  scopes: z.array(z.enum(SCOPES)),
  courses: z
    .array(courseIdSchema)
    .nullable()
    .describe('The only courses that the caller may use; null for all.'),
});

/** The caller of a server, and what they may do. */
export interface CallerInfo {
  /** The learner of the caller; `null` for an API key, and for a gateway without a learner. */
  readonly userId: UserId | null;
  readonly credential: 'gateway' | 'jwt' | 'api-key' | 'link';
  readonly scopes: readonly Scope[];
  /** The only courses that the caller may use; `null` for all. */
  readonly courses: readonly CourseId[] | null;
}
