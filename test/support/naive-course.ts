import type {
  Course,
  CourseActivityItem,
  CourseSummary,
  Enrolment,
  IntervalQuery,
  LearnerStatus,
  Quartiles,
  RosterQuery,
  RosterRow,
  Session,
  StatusRule,
  UserId,
} from '../../src/core/index.js';
import { sumUp } from './naive-stats.js';
import { localDate, localTime } from './time-zones.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_UNDECLARED = 1_000;

interface CourseSession {
  readonly userId: UserId;
  readonly session: Session;
}

/** A course, its enrolments and the sessions of its learners, without those of other courses. */
export interface CourseData {
  readonly course: Pick<Course, 'courseId' | 'name'> & { readonly moduleIds: readonly string[] };
  readonly enrolments: readonly Omit<Enrolment, 'courseId'>[];
  readonly sessions: readonly CourseSession[];
}

/** A simple model of the course's view: every call sums plain arrays. */
export class NaiveCourse {
  readonly #data: CourseData;
  readonly rule: StatusRule;

  constructor(data: CourseData, rule: StatusRule) {
    this.#data = data;
    this.rule = rule;
  }

  /** Returns the learners in the order of `userId`. */
  rows(): RosterRow[] {
    const { enrolments, sessions } = this.#data;
    const userIds = new Set([...enrolments, ...sessions].map(({ userId }) => userId));
    return Array.from(userIds)
      .toSorted()
      .map((userId) => this.#row(userId));
  }

  /** Returns all rows that the pages of a query have, in their order. */
  list(query: RosterQuery, rows: readonly RosterRow[] = this.rows()): RosterRow[] {
    const { sort = 'userId', order = 'asc', status, group, search = '' } = query;
    const start = fold(search.trim());
    return rows
      .filter((row) => status === undefined || row.status === status)
      .filter((row) => group === undefined || row.groups.includes(group))
      .filter(
        ({ userId, displayName }) =>
          userId.startsWith(search.trim().toLowerCase()) ||
          (displayName !== null && fold(displayName).startsWith(start)),
      )
      .toSorted((a, b) => {
        const [left, right] = sort === 'displayName' ? [nameKey(a), nameKey(b)] : [a[sort], b[sort]];
        // Ids are lower-case hex digits, so that all sort orders of text agree.
        const byId = a.userId < b.userId ? -1 : 1;
        if (left === right) return byId;
        if (left === null) return 1;
        if (right === null) return -1;
        return (left < right ? -1 : 1) * (order === 'asc' ? 1 : -1);
      });
  }

  summary(minLearners = 1): CourseSummary {
    const { course, enrolments, sessions } = this.#data;
    const rows = this.rows();
    const having = (status: LearnerStatus) => rows.filter((row) => row.status === status).length;
    const { distinctModulesStudied: _distinct, progress: _progress, ...sums } = this.#sum(sessions);
    const studied = rows.filter(({ sessionCount }) => sessionCount > 0);
    const quartiles = (values: readonly number[]) => quartilesOf(values, minLearners);
    return {
      ...sums,
      name: course.name,
      learners: {
        total: rows.length,
        enrolled: enrolments.length,
        notStarted: having('not-started'),
        active: having('active'),
        inactive: having('inactive'),
        completed: having('completed'),
      },
      progressHistogram: this.#histogram(rows),
      perLearner: {
        averageScore: quartiles(studied.flatMap(({ averageScore }) => averageScore ?? [])),
        timeStudied: quartiles(studied.map(({ timeStudied }) => timeStudied)),
        sessionCount: quartiles(studied.map(({ sessionCount }) => sessionCount)),
      },
      modules: this.#modules(),
      ...this.rule,
    };
  }

  activity({ interval = 'week', timeZone = 'UTC', from, to }: IntervalQuery): CourseActivityItem[] {
    const { sessions } = this.#data;
    const times = sessions.map(({ session }) => Date.parse(session.completedAt));
    const start = from === undefined ? Math.min(...times) : Date.parse(from);
    const end = to === undefined ? Math.max(...times) + 1 : Date.parse(to);
    const dateOf = (time: number) => localDate(new Date(time).toISOString(), timeZone, interval);

    const dates = new Set<string>();
    // Every local day has an instant of this sequence.
    for (let time = start; time < end; time += 6 * HOUR) dates.add(dateOf(time));
    if (start < end) dates.add(dateOf(end - 1));

    const isWithin = ({ session }: CourseSession) => {
      const time = Date.parse(session.completedAt);
      return time >= start && time < end;
    };
    const byDate = (some: readonly CourseSession[]) =>
      Map.groupBy(some.filter(isWithin), ({ session }) => dateOf(Date.parse(session.completedAt)));
    const all = byDate(sessions);
    const firsts = byDate(this.#firstSessions());
    return Array.from(dates, (date) => {
      const inside = all.get(date) ?? [];
      const { sessionCount, totalModulesStudied, averageScore, timeStudied } = this.#sum(inside);
      return {
        start: withOffset(startOf(date, dateOf), timeZone),
        activeLearners: this.#learners(inside).length,
        newLearners: firsts.get(date)?.length ?? 0,
        sessionCount,
        totalModulesStudied,
        averageScore,
        timeStudied,
      };
    });
  }

  #row(userId: UserId): RosterRow {
    const enrolment = this.#data.enrolments.find((other) => other.userId === userId);
    const own = this.#data.sessions.filter((other) => other.userId === userId);
    const { courseId: _courseId, moduleCount: _moduleCount, ...stats } = this.#sum(own);
    return {
      userId,
      displayName: enrolment?.displayName ?? null,
      groups: enrolment?.groups ?? [],
      enrolledAt: enrolment?.enrolledAt ?? null,
      status: this.#status(stats),
      ...stats,
    };
  }

  #status({ lastCompletedAt, progress }: Pick<RosterRow, 'lastCompletedAt' | 'progress'>): LearnerStatus {
    const { inactiveAfter, asOf } = this.rule;
    if (lastCompletedAt === null) return 'not-started';
    if (progress === 1) return 'completed';
    return Date.parse(asOf) - Date.parse(lastCompletedAt) > inactiveAfter * DAY ? 'inactive' : 'active';
  }

  #sum(sessions: readonly CourseSession[]) {
    const { courseId, moduleIds } = this.#data.course;
    return sumUp(
      courseId,
      sessions.map(({ session }) => session),
      moduleIds,
    );
  }

  #learners(sessions: readonly CourseSession[]): UserId[] {
    return Array.from(new Set(sessions.map(({ userId }) => userId)));
  }

  /** Returns one session of each learner. */
  #firstSessions(): CourseSession[] {
    const byTime = this.#data.sessions.toSorted((a, b) =>
      a.session.completedAt < b.session.completedAt ? -1 : 1,
    );
    return this.#learners(byTime).flatMap((userId) => byTime.find((other) => other.userId === userId) ?? []);
  }

  /** Counts in integers, so that no quotient decides on a bucket. */
  #histogram(rows: readonly RosterRow[]): number[] {
    const { course, sessions } = this.#data;
    const counts = Array.from({ length: 10 }, () => 0);
    const declared = course.moduleIds.length;
    if (declared === 0) return counts;
    for (const { userId } of rows) {
      const own = sessions.filter((other) => other.userId === userId);
      const studied = new Set(own.flatMap(({ session }) => session.moduleIds));
      const done = course.moduleIds.filter((moduleId) => studied.has(moduleId)).length;
      const bucket = Math.min(9, (10 * done - ((10 * done) % declared)) / declared);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    return counts;
  }

  #modules(): { moduleId: string; learners: number }[] {
    const { course, sessions } = this.#data;
    const declared = course.moduleIds;
    const studied = sessions.flatMap(({ session }) => session.moduleIds);
    const shown =
      declared.length > 0 ? declared : Array.from(new Set(studied)).toSorted().slice(0, MAX_UNDECLARED);
    return shown.toSorted().map((moduleId) => {
      const of = sessions.filter(({ session }) => session.moduleIds.includes(moduleId));
      return { moduleId, learners: this.#learners(of).length };
    });
  }
}

/** Letter by letter, so that no letter depends on the next one; cut, so that cursors fit a URL. */
function fold(name: string): string {
  const letters = Array.from(name.normalize('NFKD')).filter((letter) => !/[\u0300-\u036F]/.test(letter));
  const folded = letters.map((letter) => letter.toLowerCase().replace('ς', 'σ')).join('');
  return Array.from(folded).slice(0, 255).join('');
}

/** Writes each code point with six digits, because JavaScript compares text by UTF-16 code units. */
function nameKey({ displayName }: RosterRow): string | null {
  if (displayName === null) return null;
  return Array.from(fold(displayName), (letter) =>
    (letter.codePointAt(0) ?? 0).toString(16).padStart(6, '0'),
  ).join('');
}

/** Nearest rank: the smallest value that at least a share of all values does not exceed. */
function quartilesOf(values: readonly number[], minLearners: number): Quartiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length < Math.max(1, minLearners)) return null;
  const at = (quarters: number) =>
    sorted.find((value) => 4 * sorted.filter((other) => other <= value).length >= quarters * sorted.length);
  const found = [at(0), at(1), at(2), at(3), at(4)];
  const [min = NaN, p25 = NaN, median = NaN, p75 = NaN, max = NaN] = found;
  return { min, p25, median, p75, max };
}

/** Returns the first instant of an interval. All offsets of our zones are whole quarters of an hour. */
function startOf(date: string, dateOf: (time: number) => string): number {
  let time = Date.parse(date) - DAY;
  while (dateOf(time) !== date) time += HOUR;
  while (dateOf(time - 15 * MINUTE) === date) time -= 15 * MINUTE;
  return time;
}

function withOffset(time: number, timeZone: string): string {
  const local = localTime(time, timeZone);
  const minutes = (Date.parse(`${local}Z`) - time) / MINUTE;
  // An offset is less than a day, so it has the format of a time.
  const offset = new Date(Math.abs(minutes) * MINUTE).toISOString().slice(11, 16);
  return `${local}${minutes < 0 ? '-' : '+'}${offset}`;
}
