import * as z from 'zod';
import { callerSchema } from '../../core/model/caller.js';
import { courseContentSchema, courseSchema, newCourseSchema } from '../../core/model/course.js';
import { courseActivitySchema } from '../../core/model/course-activity.js';
import { courseSummarySchema } from '../../core/model/course-summary.js';
import { enrolmentContentSchema, enrolmentSchema } from '../../core/model/enrolment.js';
import { erasureSchema } from '../../core/model/session.js';
import { historySchema } from '../../core/model/history.js';
import { learnerActivitySchema } from '../../core/model/learner-activity.js';
import { lifetimeStatsSchema, studiedCourseSchema } from '../../core/model/lifetime.js';
import { pageSchema } from '../../core/model/pagination.js';
import { courseLearnerSchema, rosterSchema } from '../../core/model/roster.js';
import {
  batchItemSchema,
  newSessionSchema,
  sessionContentSchema,
  sessionSchema,
} from '../../core/model/session.js';
import { batchedSessionSchema, batchOf } from '../../core/model/calls.js';
import { problemSchema } from '../problem.js';

/** Bodies of requests. */
const INPUTS = {
  NewCourse: newCourseSchema,
  CourseContent: courseContentSchema,
  EnrolmentContent: enrolmentContentSchema,
  NewSession: newSessionSchema(Date.now),
  SessionContent: sessionContentSchema(Date.now),
  SessionBatch: z.strictObject({
    sessions: batchOf(batchedSessionSchema(Date.now).shape.session),
  }),
};

/** Bodies of responses. */
const OUTPUTS = {
  Course: courseSchema,
  CoursePage: pageSchema(courseSchema),
  Enrolment: enrolmentSchema,
  Roster: rosterSchema,
  CourseLearner: courseLearnerSchema,
  CourseSummary: courseSummarySchema,
  CourseActivity: courseActivitySchema,
  Session: sessionSchema,
  SessionPage: pageSchema(sessionSchema),
  BatchResult: z.object({
    items: z.array(batchItemSchema.extend({ problem: problemSchema.optional() })),
  }),
  LifetimeStats: lifetimeStatsSchema,
  StudiedCoursePage: pageSchema(studiedCourseSchema),
  History: historySchema,
  LearnerActivity: learnerActivitySchema,
  Erasure: erasureSchema,
  Caller: callerSchema,
  Health: z.object({ status: z.literal('ok') }),
  Problem: problemSchema,
  OpenApi: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
};

export type InputName = keyof typeof INPUTS;
export type OutputName = keyof typeof OUTPUTS;

export function componentSchemas(): Record<string, unknown> {
  return { ...jsonSchemas(INPUTS, 'input'), ...jsonSchemas(OUTPUTS, 'output') };
}

export function reference(name: InputName | OutputName): { $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchemas(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output') {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { io });
      return [name, jsonSchema];
    }),
  );
}
