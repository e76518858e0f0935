import * as z from 'zod';
import { courseIdSchema, userIdSchema, type CourseId, type UserId } from './ids.js';
import { instantSchema } from './time.js';
import { document, rule } from './validation.js';

export const MAX_DISPLAY_NAME = 255;
export const MAX_GROUPS = 20;
export const MAX_GROUP_NAME = 64;
/** Separates the groups in a list that is stored as one text. */
export const GROUP_SEPARATOR = ';';

const displayNameRule = rule(
  `must be text of 1 to ${MAX_DISPLAY_NAME} characters after trimming, without control characters`,
);
const groupRule = rule(
  `must be text of 1 to ${MAX_GROUP_NAME} characters after trimming, without ; and control characters`,
);
const groupsRule = rule(`must be a list of at most ${MAX_GROUPS} groups`);

/** Control characters and lone surrogates are rejected: no name has them, and the databases store some differently. */
export function isName(text: string, maxLength: number): boolean {
  if (text === '' || !text.isWellFormed() || /\p{Cc}/u.test(text)) return false;
  return Array.from(text).length <= maxLength;
}

const displayNameSchema = z
  .string({ error: displayNameRule })
  .trim()
  .refine((name) => isName(name, MAX_DISPLAY_NAME), { error: displayNameRule })
  .meta({ pattern: String.raw`\S` });

export const groupSchema = z
  .string({ error: groupRule })
  .trim()
  .refine((name) => isName(name, MAX_GROUP_NAME) && !name.includes(GROUP_SEPARATOR), { error: groupRule })
  .meta({ pattern: String.raw`^[^;]*[^;\s][^;]*$` });

const groupsSchema = z
  .array(groupSchema, { error: groupsRule })
  .max(MAX_GROUPS, { error: groupsRule })
  .overwrite((groups) => Array.from(new Set(groups)).toSorted());

/**
 * Folds a name for sorting and searching: without case and without the diacritics of Latin, Greek and Cyrillic letters.
 * It is stored, because the databases fold differently.
 */
export function foldName(name: string): string {
  const folded = name
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    // `toLowerCase` writes sigma differently at the end of a word, by which a name would not begin with its own start.
    .replaceAll('ς', 'σ');
  // Folding can make one character into 18, and cursors, which have the folded name, must fit a URL.
  return Array.from(folded).slice(0, MAX_DISPLAY_NAME).join('');
}

/** The content of an enrolment in a request: the body of a PUT. */
export const enrolmentContentSchema = document({
  displayName: displayNameSchema
    .nullable()
    .describe(
      `The name to show, 1 to ${MAX_DISPLAY_NAME} characters after trimming, without control characters. Default: none.`,
    )
    .optional(),
  groups: groupsSchema
    .nullable()
    .describe(
      `The groups of the learner, as a set: at most ${MAX_GROUPS} names of 1 to ${MAX_GROUP_NAME} characters after trimming, without \`;\` and control characters. Default: none.`,
    )
    .optional(),
});

/** A stored enrolment, as returned. */
export const enrolmentSchema = z.object({
  userId: userIdSchema,
  courseId: courseIdSchema,
  displayName: z.string().nullable().describe('Null if the enrolment has none.'),
  groups: z.array(z.string()).describe('The groups of the learner, sorted.'),
  enrolledAt: instantSchema.describe('When the learner was enrolled. Replacing the enrolment keeps it.'),
});

/** The content of an enrolment. */
export interface EnrolmentContent {
  /** 1 to 255 characters after trimming, without control characters. Default: none, like `null`. */
  readonly displayName?: string | null | undefined;
  /**
   * The groups of the learner, as a set: at most 20 names of 1 to 64 characters after trimming, without `;` and control
   * characters. Default: none, like `null`.
   */
  readonly groups?: readonly string[] | null | undefined;
}

/** A stored enrolment. */
export interface Enrolment extends Required<EnrolmentContent> {
  readonly userId: UserId;
  readonly courseId: CourseId;
  readonly displayName: string | null;
  /** Sorted. */
  readonly groups: readonly string[];
  /** When the learner was enrolled: UTC, such as `2026-11-22T10:00:00.000Z`. Replacing the enrolment keeps it. */
  readonly enrolledAt: string;
}

/** An enrolment in an export, without `enrolledAt`. */
export type ExportedEnrolment = Omit<Enrolment, 'enrolledAt'>;

/** Selects the enrolments that match every given field. */
export interface EnrolmentFilter {
  readonly userId?: UserId | undefined;
  readonly courseId?: CourseId | undefined;
}

export const enrolmentFilterSchema = z.strictObject({
  userId: userIdSchema.optional(),
  courseId: courseIdSchema.optional(),
});
