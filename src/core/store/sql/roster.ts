import { sql, type RawBuilder } from 'kysely';
import type { LearnerKey } from '../../api.js';
import type { Call } from '../../model/calls.js';
import { statusOf, type StatusRule } from '../../model/course-status.js';
import { foldName, GROUP_SEPARATOR } from '../../model/enrolment.js';
import type { CourseId, UserId } from '../../model/ids.js';
import { toLifetimeStats } from '../../model/lifetime.js';
import { encodeCursor, toPage } from '../../model/pagination.js';
import type { Roster, RosterRow, RosterSort, SortKey } from '../../model/roster.js';
import { hasTotals, SELECTED_TOTALS, toTotals, type NullableTotalsRow } from '../rows.js';
import type { StoreContext } from '../store.js';
import { groupsOf } from './enrolments.js';
import {
  averageScoreOf,
  isBeyond,
  joinLearners,
  joinLearnersAndModules,
  learnersOf,
  STUDIED_OF_DECLARED,
  statusConditions,
} from './learners.js';

/** The arguments of a page, with the number of modules that the course declares. */
type PageCall = Call<'listLearners'> & { readonly moduleCount: number };

/** A learner with the rollup and the enrolment, whose columns are `null` without one. */
type RosterSqlRow = NullableTotalsRow & {
  readonly user_id: UserId;
  readonly display_name: string | null;
  readonly group_names: string | null;
  readonly enrolled_at: string | null;
};

type SortedSqlRow = RosterSqlRow & { readonly sort_key: SortKey };

const COLUMNS = sql.join([
  sql.ref('learner.user_id'),
  sql.ref('enrolments.display_name'),
  sql.ref('enrolments.group_names'),
  sql`enrolments.created_at as enrolled_at`,
  ...SELECTED_TOTALS.map((column) => (typeof column === 'string' ? sql.ref(column) : column)),
]);

/**
 * Reads a page of the learners of a course. The cost depends on the number of learners, but not on the number of
 * their sessions.
 */
export async function listLearners(context: StoreContext, call: PageCall, now: string): Promise<Roster> {
  const { sort, order, limit, inactiveAfter, cursor } = call;
  const rule = { inactiveAfter, asOf: cursor?.[4] ?? now };
  const rows = await selectPage(context, call, rule);
  const page = toPage(rows, limit, (last) =>
    encodeCursor([sort, order, keyOf(sort, last), last.user_id, rule.asOf]),
  );
  return { ...page, items: await toRosterRows(context, call, page.items, rule), ...rule };
}

/** Reads one row of the roster; `undefined` if the learner is not a learner of the course. */
export async function findLearner(
  context: StoreContext,
  { userId, ...course }: LearnerKey & Pick<PageCall, 'moduleCount'>,
  rule: StatusRule,
): Promise<RosterRow | undefined> {
  const selection = { only: userId };
  const ids = learnersOf(context, course.courseId, selection);
  const { rows } = await sql<RosterSqlRow>`
    select ${COLUMNS} from ${joinLearners(context, { ...course, ids, selection })}`.execute(context.kysely);
  return (await toRosterRows(context, course, rows, rule))[0];
}

/** Selects one row more than the limit if there are more. */
async function selectPage(context: StoreContext, call: PageCall, rule: StatusRule) {
  const { courseId, sort, order, limit, cursor } = call;
  const isById = sort === 'userId';
  const key = SORT_KEYS[sort](context);
  const direction = sql.raw(order);
  const conditions = filtersOf(context, call, rule);
  const selection = { after: isById && cursor ? { userId: cursor[3], order } : undefined };
  let ids = learnersOf(context, courseId, selection);
  // Without filters, a page by id reads only its own rows.
  if (isById && conditions.length === 0) ids = sql`${ids} order by user_id ${direction} limit ${limit + 1}`;
  const needsModules = sort === 'progress' || (call.status !== undefined && call.moduleCount > 0);
  const join = needsModules ? joinLearnersAndModules : joinLearners;
  if (!isById && cursor) conditions.push(isAfter(context, call, key));
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`;
  const ordering = isById
    ? sql`learner.user_id ${direction}`
    : sql`sort_key ${direction} nulls last, learner.user_id`;
  const { rows } = await sql<SortedSqlRow>`
    select ${COLUMNS}, ${key} as sort_key from ${join(context, { courseId, ids, selection })} ${where}
    order by ${ordering} limit ${limit + 1}`.execute(context.kysely);
  return rows;
}

/** Progress is sorted by the studied modules, because all learners have the same number of declared ones. */
const SORT_KEYS: Readonly<Record<RosterSort, (context: StoreContext) => RawBuilder<SortKey>>> = {
  userId: () => sql`learner.user_id`,
  displayName: () => sql`enrolments.folded_name`,
  lastCompletedAt: () => sql`course_stats.last_completed_at`,
  progress: () => STUDIED_OF_DECLARED,
  averageScore: ({ dialect }) => averageScoreOf(dialect),
  timeStudied: () => sql`coalesce(course_stats.time_studied, 0)`,
  sessionCount: () => sql`coalesce(course_stats.session_count, 0)`,
};

/** The key as the cursor has it. SQLite returns ids and times in `sort_key` as it stores them. */
function keyOf(sort: RosterSort, row: SortedSqlRow): SortKey {
  if (sort === 'userId') return row.user_id;
  return sort === 'lastCompletedAt' ? row.last_completed_at : row.sort_key;
}

/** The condition for the rows after the position of the cursor. */
function isAfter(
  context: StoreContext,
  { sort, order, cursor }: PageCall,
  key: RawBuilder<SortKey>,
): RawBuilder<unknown> {
  if (!cursor) return sql`true`;
  const [, , value, userId] = cursor;
  const isLater = sql`learner.user_id > ${context.id(userId)}`;
  if (value === null) return sql`(${key} is null and ${isLater})`;
  const bound = sort === 'lastCompletedAt' ? context.instant(String(value)) : sql`${value}`;
  return sql`(${key} ${isBeyond(order)} ${bound} or (${key} = ${bound} and ${isLater}) or ${key} is null)`;
}

function filtersOf(context: StoreContext, call: PageCall, rule: StatusRule): RawBuilder<unknown>[] {
  const { group, search, moduleCount, status } = call;
  const filters: RawBuilder<unknown>[] = [];
  if (status !== undefined) {
    filters.push(statusConditions(context, moduleCount, rule)[status]);
  }
  if (group !== undefined) {
    const separator = sql.lit(GROUP_SEPARATOR);
    const contains = sql.raw(context.dialect === 'sqlite' ? 'instr' : 'strpos');
    const sought = `${GROUP_SEPARATOR}${group}${GROUP_SEPARATOR}`;
    filters.push(sql`${contains}(${separator} || enrolments.group_names || ${separator}, ${sought}) > 0`);
  }
  if (search) filters.push(beginsWith(context, search));
  return filters;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
const START_OF_ID =
  /^[0-9a-f]{0,8}$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){0,3}(?:-[0-9a-f]{0,4})?$|^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{0,12}$/;

/** Compares ids with the first and the last id that begin with the text. */
function beginsWith(context: StoreContext, search: string): RawBuilder<unknown> {
  const name = foldName(search);
  const isName = sql`substr(enrolments.folded_name, 1, ${Array.from(name).length}) = ${name}`;
  const start = search.toLowerCase();
  if (!START_OF_ID.test(start)) return isName;
  const first = context.id(start + NO_ID.slice(start.length));
  const last = context.id(start + NO_ID.slice(start.length).replaceAll('0', 'f'));
  return sql`(${isName} or learner.user_id between ${first} and ${last})`;
}

interface StudiedModules {
  readonly user_id: UserId;
  readonly studied: number;
  readonly of_declared: number;
}

/** Counts the modules of the page only, because sorting and filtering rarely need them. */
async function toRosterRows(
  context: StoreContext,
  { courseId, moduleCount }: { readonly courseId: CourseId; readonly moduleCount: number },
  learners: readonly RosterSqlRow[],
  rule: StatusRule,
): Promise<RosterRow[]> {
  const id = context.id(courseId);
  const { rows } = await sql<StudiedModules>`
    select user_id, count(*) as studied, count(course_modules.module_id) as of_declared
    from studied_modules
    left join course_modules on course_modules.course_id = ${id}
      and course_modules.module_id = studied_modules.module_id
    where studied_modules.course_id = ${id}
      and ${isOneOf(
        context,
        learners.map(({ user_id }) => user_id),
      )}
    group by user_id`.execute(context.kysely);
  const counts = new Map(rows.map((row) => [row.user_id, row]));
  return learners.map((row) => {
    const { studied = 0, of_declared: studiedOfDeclared = 0 } = counts.get(row.user_id) ?? {};
    const totals = hasTotals(row) ? toTotals(row) : undefined;
    const modules = { studied, declared: moduleCount, studiedOfDeclared };
    const { courseId: _, moduleCount: __, ...stats } = toLifetimeStats(courseId, totals, modules);
    return {
      userId: row.user_id,
      displayName: row.display_name,
      groups: groupsOf({ group_names: row.group_names ?? '' }),
      enrolledAt: row.enrolled_at,
      status: statusOf(stats, rule),
      ...stats,
    };
  });
}

/** One value, so that the text of the statement does not depend on the number of ids. */
function isOneOf({ dialect }: StoreContext, ids: readonly UserId[]): RawBuilder<unknown> {
  return dialect === 'sqlite'
    ? sql`user_id in (select unhex(value, '-') from json_each(${JSON.stringify(ids)}))`
    : sql`user_id = any(cast(${`{${ids.join()}}`} as uuid[]))`;
}
