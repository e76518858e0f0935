import * as z from 'zod';
import {
  inactiveAfterSchema,
  STATUSES,
  statusRuleSchema,
  statusSchema,
  type LearnerStatus,
  type StatusRule,
} from './course-status.js';
import { groupSchema, isName, MAX_DISPLAY_NAME } from './enrolment.js';
import { userIdSchema, type UserId } from './ids.js';
import { lifetimeStatsSchema, type LifetimeStats } from './lifetime.js';
import { cursorSchema, encodeCursor, limitSchema, pageSchema, type Page } from './pagination.js';
import { boundSchema, instantSchema } from './time.js';
import { rule } from './validation.js';

/** The fields by which a roster can be sorted. */
export const ROSTER_SORTS = [
  'userId',
  'displayName',
  'lastCompletedAt',
  'progress',
  'averageScore',
  'timeStudied',
  'sessionCount',
] as const;
export type RosterSort = (typeof ROSTER_SORTS)[number];

export const SORT_ORDERS = ['asc', 'desc'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: rule(`must be one of ${names.join(', ')}`) });

const searchRule = rule(`must be text of at most ${MAX_DISPLAY_NAME} characters, without control characters`);

/** The key by which the database sorts a row; `null` sorts last. */
export type SortKey = string | number | null;

/**
 * The position of a row: the sort and its order, which the call for the next page must repeat, the row's sort key and
 * learner, and the time of the statuses, which all pages share.
 */
const positionSchema = z.tuple([
  oneOf(ROSTER_SORTS),
  oneOf(SORT_ORDERS),
  z.union([z.string(), z.number(), z.null()]),
  userIdSchema,
  boundSchema,
]);

/** The arguments of `listLearners` except `courseId`. */
export const rosterQuery = {
  sort: oneOf(ROSTER_SORTS)
    .default('userId')
    .describe(
      'The field to sort by. Null is last in either order; rows with equal values are in the order of `userId`. Names are compared without case and diacritics.',
    ),
  order: oneOf(SORT_ORDERS).default('asc').describe('Ascending or descending.'),
  status: oneOf(STATUSES).describe('Only learners with this status.').optional(),
  group: groupSchema.describe('Only learners of this group.').optional(),
  search: z
    .string({ error: searchRule })
    .trim()
    .refine((text) => text === '' || isName(text, MAX_DISPLAY_NAME), { error: searchRule })
    .describe(
      `Only learners whose display name or id begins with this text, at most ${MAX_DISPLAY_NAME} characters. Case and diacritics are ignored.`,
    )
    .optional(),
  inactiveAfter: inactiveAfterSchema,
  limit: limitSchema,
  cursor: cursorSchema(positionSchema).optional(),
};

const cursorRule = rule('must be the `next` of an earlier page with the same sort and order');

/** The arguments that a cursor must agree with. */
interface Sorted {
  readonly sort: RosterSort;
  readonly order: SortOrder;
  readonly cursor?: z.output<typeof positionSchema> | undefined;
}

/** Rejects a cursor of another sort or order, whose key has another meaning. */
export function checkCursor({ value, issues }: { value: Sorted; issues: z.core.$ZodRawIssue[] }): void {
  const { sort, order, cursor } = value;
  if (!cursor || (cursor[0] === sort && cursor[1] === order && hasTypeOf(sort, cursor[2]))) return;
  const input = encodeCursor(cursor);
  issues.push({ code: 'custom', path: ['cursor'], message: cursorRule({ input }), input });
}

function hasTypeOf(sort: RosterSort, key: SortKey): boolean {
  if (key === null) return true;
  switch (sort) {
    case 'userId':
    case 'displayName':
      // Folding can make a name longer.
      return typeof key === 'string' && (key === '' || isName(key, Infinity));
    case 'lastCompletedAt':
      // The stored format only: the database compares with the key as it is.
      return boundSchema.safeParse(key).data === key;
    case 'averageScore':
      return Number.isFinite(key);
    default:
      return Number.isSafeInteger(key);
  }
}

export const rosterRowSchema = z.object({
  userId: userIdSchema,
  displayName: z.string().nullable().describe('Null without an enrolment, or if it has none.'),
  groups: z.array(z.string()).describe('The groups of the learner, sorted.'),
  enrolledAt: instantSchema.nullable().describe('When the learner was enrolled. Null if not enrolled.'),
  status: statusSchema,
  ...lifetimeStatsSchema.omit({ courseId: true, moduleCount: true }).shape,
});

export const rosterSchema = pageSchema(rosterRowSchema).extend(statusRuleSchema.shape);
export const courseLearnerSchema = rosterRowSchema.extend(statusRuleSchema.shape);

/** A learner of a course: the enrolment, if there is one, and the lifetime stats. */
export interface RosterRow extends Omit<LifetimeStats, 'courseId' | 'moduleCount'> {
  readonly userId: UserId;
  /** `null` without an enrolment, or if it has none. */
  readonly displayName: string | null;
  /** Sorted. */
  readonly groups: readonly string[];
  /** When the learner was enrolled; `null` if not enrolled. */
  readonly enrolledAt: string | null;
  readonly status: LearnerStatus;
}

/** A page of the learners of a course, and the rule of their statuses. */
export interface Roster extends Page<RosterRow>, StatusRule {}

/** One row of the roster, and the rule of its status. */
export interface CourseLearner extends RosterRow, StatusRule {}

/** Selects and sorts the rows of a roster. */
export interface RosterQuery {
  /** Default: `userId`. */
  readonly sort?: RosterSort | undefined;
  /** `null` is last in either order; rows with equal values are in the order of `userId`. Default: `asc`. */
  readonly order?: SortOrder | undefined;
  readonly status?: LearnerStatus | undefined;
  readonly group?: string | undefined;
  /** The start of a display name or a `userId`. Case and diacritics are ignored. */
  readonly search?: string | undefined;
  /** Days without a session after which a learner is inactive: 1 to 365. Default: 14. */
  readonly inactiveAfter?: number | undefined;
}
