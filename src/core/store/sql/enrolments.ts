import type { Selectable } from 'kysely';
import type { LearnerKey } from '../../api.js';
import { courseNotFound } from '../../errors.js';
import type { Call } from '../../model/calls.js';
import { foldName, GROUP_SEPARATOR, type Enrolment, type ExportedEnrolment } from '../../model/enrolment.js';
import type { CourseId, UserId } from '../../model/ids.js';
import type { EnrolmentsTable } from '../schema.js';
import type { Store, StoreContext } from '../store.js';

/** Without `updated_at`, which no call returns. */
const ENROLMENT_COLUMNS = ['user_id', 'course_id', 'display_name', 'group_names', 'created_at'] as const;

type EnrolmentRow = Pick<Selectable<EnrolmentsTable>, (typeof ENROLMENT_COLUMNS)[number]>;

export interface EnrolResult {
  readonly outcome: 'created' | 'replaced';
  readonly enrolment: Enrolment;
}

/**
 * Creates or replaces an enrolment. The statements need no transaction: each leaves a whole enrolment.
 *
 * @throws {StatsError} `course-not-found`
 */
export async function enrolLearner(
  store: Store,
  { userId, courseId, enrolment }: Call<'enrolLearner'>,
  now: string,
): Promise<EnrolResult> {
  const displayName = enrolment.displayName ?? null;
  const content = {
    display_name: displayName,
    folded_name: displayName === null ? null : foldName(displayName),
    group_names: (enrolment.groups ?? []).join(GROUP_SEPARATOR),
  };
  for (;;) {
    const created = await insert(store, { user_id: userId, course_id: courseId, ...content }, now);
    if (created) return { outcome: 'created', enrolment: toEnrolment(created) };

    const stored = await store.kysely
      .selectFrom('enrolments')
      .select(ENROLMENT_COLUMNS)
      .where('user_id', '=', store.id(userId))
      .where('course_id', '=', store.id(courseId))
      .executeTakeFirst();
    const isSame =
      stored?.display_name === content.display_name && stored.group_names === content.group_names;
    if (isSame) return { outcome: 'replaced', enrolment: toEnrolment(stored) };

    const replaced = await store.kysely
      .updateTable('enrolments')
      .set({ ...content, updated_at: store.instant(now) })
      .where('user_id', '=', store.id(userId))
      .where('course_id', '=', store.id(courseId))
      .returning(ENROLMENT_COLUMNS)
      .executeTakeFirst();
    if (replaced) return { outcome: 'replaced', enrolment: toEnrolment(replaced) };
    // Another process removed it between the statements: insert again.
  }
}

/** Returns `undefined` if the learner is enrolled already. */
async function insert(
  store: Store,
  row: Omit<Selectable<EnrolmentsTable>, 'created_at' | 'updated_at'>,
  now: string,
): Promise<EnrolmentRow | undefined> {
  try {
    return await store.kysely
      .insertInto('enrolments')
      .values({
        ...row,
        user_id: store.id(row.user_id),
        course_id: store.id(row.course_id),
        created_at: store.instant(now),
        updated_at: store.instant(now),
      })
      .onConflict((conflict) => conflict.columns(['user_id', 'course_id']).doNothing())
      .returning(ENROLMENT_COLUMNS)
      .executeTakeFirst();
  } catch (error) {
    throw store.faultOf(error) === 'foreign-key' ? courseNotFound(row.course_id) : error;
  }
}

export async function unenrolLearner(
  context: StoreContext,
  learner: LearnerKey,
): Promise<'deleted' | 'enrolment-not-found'> {
  return (await deleteEnrolments(context, learner)) > 0 ? 'deleted' : 'enrolment-not-found';
}

/** Deletes the enrolments of a learner, in one course or in all; returns their number. */
export async function deleteEnrolments(
  context: StoreContext,
  { userId, courseId }: { readonly userId: UserId; readonly courseId?: CourseId | undefined },
): Promise<number> {
  let enrolments = context.kysely.deleteFrom('enrolments').where('user_id', '=', context.id(userId));
  if (courseId) enrolments = enrolments.where('course_id', '=', context.id(courseId));
  return Number((await enrolments.executeTakeFirst()).numDeletedRows);
}

export function toExportedEnrolment(row: Omit<EnrolmentRow, 'created_at'>): ExportedEnrolment {
  return {
    userId: row.user_id,
    courseId: row.course_id,
    displayName: row.display_name,
    groups: groupsOf(row),
  };
}

function toEnrolment(row: EnrolmentRow): Enrolment {
  return { ...toExportedEnrolment(row), enrolledAt: row.created_at };
}

export function groupsOf({ group_names }: Pick<EnrolmentRow, 'group_names'>): string[] {
  return group_names === '' ? [] : group_names.split(GROUP_SEPARATOR);
}
