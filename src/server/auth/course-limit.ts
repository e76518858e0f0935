import type { Page, RecordResult, StatsCalls, Untyped } from '../../core/index.js';
import { DEFAULT_LIMIT, encodeCursor, MAX_LIMIT } from '../../core/model/pagination.js';
import type { Caller } from './caller.js';
import { courseRefused } from './access.js';

/**
 * Returns the calls of a caller whose credential is limited to courses. Every call of `StatsCalls` is here, so that a
 * new one does not compile until its limit is decided.
 */
export function limitToCourses(
  stats: Untyped<StatsCalls>,
  courses: ReadonlySet<string>,
  caller: Caller,
): Untyped<StatsCalls> {
  const isAllowed = (courseId: unknown) =>
    typeof courseId === 'string' && courses.has(courseId.toLowerCase());
  const within =
    <Result>(courseIdOf: (call: unknown) => unknown, run: (call: unknown) => Promise<Result>) =>
    (call: unknown): Promise<Result> =>
      isAllowed(courseIdOf(call)) ? run(call) : Promise.reject(courseRefused(caller));
  return {
    addCourse: within(
      (call) => valueOf(valueOf(call, 'course'), 'courseId'),
      (call) => stats.addCourse(call),
    ),
    setCourse: within(ofCourse, (call) => stats.setCourse(call)),
    getCourse: within(ofCourse, (call) => stats.getCourse(call)),
    deleteCourse: within(ofCourse, (call) => stats.deleteCourse(call)),
    listCourses: (call) => pageWithin((page) => stats.listCourses(page), call, isAllowed),
    enrolLearner: within(ofCourse, (call) => stats.enrolLearner(call)),
    unenrolLearner: within(ofCourse, (call) => stats.unenrolLearner(call)),
    listLearners: within(ofCourse, (call) => stats.listLearners(call)),
    getLearner: within(ofCourse, (call) => stats.getLearner(call)),
    getSummary: within(ofCourse, (call) => stats.getSummary(call)),
    getCourseActivity: within(ofCourse, (call) => stats.getCourseActivity(call)),
    recordSession: within(ofCourse, (call) => stats.recordSession(call)),
    recordSessions: (call) => recordWithin(stats, call, isAllowed, caller),
    putSession: within(ofCourse, (call) => stats.putSession(call)),
    getSession: within(ofCourse, (call) => stats.getSession(call)),
    deleteSession: within(ofCourse, (call) => stats.deleteSession(call)),
    listSessions: within(ofCourse, (call) => stats.listSessions(call)),
    getStats: within(ofCourse, (call) => stats.getStats(call)),
    getHistory: within(ofCourse, (call) => stats.getHistory(call)),
    // It has the days of all courses together.
    getLearnerActivity: () => Promise.reject(courseRefused(caller)),
    listStudiedCourses: (call) => pageWithin((page) => stats.listStudiedCourses(page), call, isAllowed),
    // It would also erase the sessions in other courses.
    eraseUser: () => Promise.reject(courseRefused(caller)),
  };
}

function ofCourse(call: unknown): unknown {
  return valueOf(call, 'courseId');
}

/**
 * Lists only the allowed courses. The cursor is the name of the last one: that of the page would reveal the name of another.
 */
async function pageWithin<Item extends { readonly courseId: string; readonly name: string }>(
  run: (call: object) => Promise<Page<Item>>,
  call: unknown,
  isAllowed: (courseId: unknown) => boolean,
): Promise<Page<Item>> {
  const given = typeof call === 'object' && call !== null ? call : {};
  const asked = valueOf(given, 'limit');
  const limit = typeof asked === 'number' ? asked : DEFAULT_LIMIT;
  const items: Item[] = [];
  // The first call validates the arguments.
  let page = await run(given);
  items.push(...page.items.filter(({ courseId }) => isAllowed(courseId)));
  while (items.length < limit && page.next !== null) {
    page = await run({ ...given, limit: MAX_LIMIT, cursor: page.next });
    items.push(...page.items.filter(({ courseId }) => isAllowed(courseId)));
  }
  const last = items[limit - 1];
  const isLast = last === undefined || (items.length === limit && page.next === null);
  return { items: items.slice(0, limit), next: isLast ? null : encodeCursor([last.name]) };
}

async function recordWithin(
  stats: Untyped<StatsCalls>,
  call: unknown,
  isAllowed: (courseId: unknown) => boolean,
  caller: Caller,
): Promise<readonly RecordResult[]> {
  const sessions = valueOf(call, 'sessions');
  if (!Array.isArray(sessions)) return stats.recordSessions(call);
  const isRefused = (session: unknown) => {
    const courseId = valueOf(session, 'courseId');
    // The core rejects what has no course.
    return typeof courseId === 'string' && !isAllowed(courseId);
  };
  const allowed: unknown[] = sessions.filter((session) => !isRefused(session));
  const results = allowed.length > 0 ? await stats.recordSessions({ sessions: allowed }) : [];
  const next = results[Symbol.iterator]();
  return sessions.map((session): RecordResult => {
    const result = isRefused(session) ? undefined : next.next().value;
    return result ?? { outcome: 'failed', error: courseRefused(caller) };
  });
}

/** The core validates the arguments later. */
function valueOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}
