import * as z from 'zod';
import { statusRuleSchema, type LearnerStatus, type StatusRule } from './course-status.js';
import { courseIdSchema, type CourseId } from './ids.js';
import { lifetimeStatsSchema } from './lifetime.js';
import { integer } from './validation.js';

/** Buckets of a progress histogram: 0 to 0.1, … 0.9 to 1. */
export const PROGRESS_BUCKETS = 10;

/** More than the learners of a class. */
export const MAX_MIN_LEARNERS = 1_000;
/** The number of learners below which a distribution has no quantiles. */
export const minLearnersSchema = integer(1, MAX_MIN_LEARNERS).default(1);

const count = () => z.int().min(0);

const { sessionCount, totalModulesStudied, averageScore, timeStudied, firstCompletedAt, lastCompletedAt } =
  lifetimeStatsSchema.shape;

function quartilesSchema(value: z.ZodNumber | z.ZodInt) {
  return z
    .object({ min: value, p25: value, median: value, p75: value, max: value })
    .nullable()
    .describe(
      'By nearest rank over the learners who have studied; for scores, over those who have one. Null if there are fewer of them than the server requires.',
    );
}

export const courseSummarySchema = z.object({
  courseId: courseIdSchema,
  name: z.string(),
  moduleCount: count()
    .nullable()
    .describe('The number of modules that the course declares. Null if it declares none.'),
  learners: z
    .object({
      total: count().describe('Everyone with an enrolment or a session.'),
      enrolled: count(),
      notStarted: count(),
      active: count(),
      inactive: count(),
      completed: count(),
    })
    .describe('The numbers of learners. Each learner has one status.'),
  sessionCount,
  totalModulesStudied,
  averageScore,
  timeStudied,
  firstCompletedAt,
  lastCompletedAt,
  progressHistogram: z
    .array(count())
    .length(PROGRESS_BUCKETS)
    .describe(
      'The numbers of learners by progress: from 0 to below 0.1, and so on; the last one includes 1. All are 0 if the course declares no modules.',
    ),
  perLearner: z.object({
    averageScore: quartilesSchema(z.number()),
    timeStudied: quartilesSchema(z.int()),
    sessionCount: quartilesSchema(z.int()),
  }),
  modules: z
    .array(z.object({ moduleId: z.string(), learners: count() }))
    .describe(
      'The number of learners who have studied each module that the course declares or, if it declares none, each of the first 1,000 modules studied; by id.',
    ),
  ...statusRuleSchema.shape,
});

/** Nearest-rank quantiles. */
export interface Quartiles {
  readonly min: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
  readonly max: number;
}

/** A count per status, `notStarted` for `not-started`. */
type StatusCounts = Readonly<Record<Exclude<LearnerStatus, 'not-started'> | 'notStarted', number>>;

/** The figures of a course: sums over all sessions, and how the learners are distributed. */
export interface CourseSummary extends StatusRule {
  readonly courseId: CourseId;
  readonly name: string;
  /** The number of modules that the course declares; `null` if none. */
  readonly moduleCount: number | null;
  /** `total` is everyone with an enrolment or a session. */
  readonly learners: StatusCounts & { readonly total: number; readonly enrolled: number };
  readonly sessionCount: number;
  readonly totalModulesStudied: number;
  /** Weighted by modules, over the sessions that have a score; `null` if they have no modules. */
  readonly averageScore: number | null;
  /** Milliseconds. */
  readonly timeStudied: number;
  readonly firstCompletedAt: string | null;
  readonly lastCompletedAt: string | null;
  /** Ten numbers of learners, by progress from 0 to 1; the last one includes 1. */
  readonly progressHistogram: readonly number[];
  /**
   * Over the learners who have studied; for scores, over those who have one. `null` if there are fewer of them than
   * the setting `minLearners`.
   */
  readonly perLearner: {
    readonly averageScore: Quartiles | null;
    /** Milliseconds. */
    readonly timeStudied: Quartiles | null;
    readonly sessionCount: Quartiles | null;
  };
  /**
   * The number of learners who have studied each module that the course declares or, if it declares none, each of the
   * first 1,000 modules studied; by id.
   */
  readonly modules: readonly { readonly moduleId: string; readonly learners: number }[];
}
