import type {
  CourseId,
  LearnerKey,
  LifetimeStats,
  Session,
  SessionContent,
  SessionKey,
  StudiedCourse,
  UserId,
} from '../../src/core/index.js';
import { quotientOf, unitsOf } from './oracle.js';

const DECIMALS = 4;
const UNITS_PER_SCORE = 10n ** BigInt(DECIMALS);

/** The result of a write: its outcome or error code, and the returned session, if any. */
export interface Answer {
  readonly outcome: string;
  readonly session?: Session;
}

interface NaiveCourse {
  readonly name: string;
  readonly moduleIds: readonly string[];
}

interface Entry {
  readonly userId: string;
  session: Session;
}

/** A simple model of the library: an array of sessions, which every call sums. */
export class NaiveStats {
  #entries: Entry[] = [];
  readonly #courses: Map<CourseId, NaiveCourse>;

  constructor(courses: ReadonlyMap<CourseId, NaiveCourse>) {
    this.#courses = new Map(courses);
  }

  /** Without `moduleIds`, the modules of the course stay. */
  declare(courseId: CourseId, { name, moduleIds }: Partial<NaiveCourse> & Pick<NaiveCourse, 'name'>): void {
    const kept = this.#courses.get(courseId)?.moduleIds ?? [];
    this.#courses.set(courseId, { name, moduleIds: moduleIds ?? kept });
  }

  find(key: SessionKey): Session | undefined {
    return this.#entry(key)?.session;
  }

  record(key: SessionKey, content: SessionContent, now: string): Answer {
    const stored = this.find(key);
    if (!stored) return this.#insert(key, content, now);
    return saysTheSame(stored, content)
      ? { outcome: 'replayed', session: stored }
      : { outcome: 'session-conflict' };
  }

  put(key: SessionKey, content: SessionContent, now: string): Answer {
    const entry = this.#entry(key);
    if (!entry) return this.#insert(key, content, now);
    if (!saysTheSame(entry.session, content)) {
      const completedAt = content.completedAt ?? entry.session.completedAt;
      entry.session = { ...entry.session, ...toStored(content), completedAt, updatedAt: now };
    }
    return { outcome: 'replaced', session: entry.session };
  }

  delete(key: SessionKey): Answer {
    const entry = this.#entry(key);
    if (!entry) return { outcome: 'session-not-found' };
    this.#entries = this.#entries.filter((other) => other !== entry);
    return { outcome: 'deleted' };
  }

  erase(userId: UserId): number {
    const kept = this.#entries.filter((entry) => entry.userId !== userId);
    const erased = this.#entries.length - kept.length;
    this.#entries = kept;
    return erased;
  }

  list({ userId, courseId }: LearnerKey): Session[] {
    return this.#entries
      .filter((entry) => entry.userId === userId && entry.session.courseId === courseId)
      .map(({ session }) => session)
      .toSorted((a, b) => (a.completedAt + a.sessionId < b.completedAt + b.sessionId ? 1 : -1));
  }

  stats(learner: LearnerKey): LifetimeStats {
    const declared = this.#courses.get(learner.courseId)?.moduleIds ?? [];
    return sumUp(learner.courseId, this.list(learner), declared);
  }

  /** Returns the courses with sessions of the user, by name. */
  studiedCourses(userId: UserId): StudiedCourse[] {
    return Array.from(this.#courses, ([courseId, { name }]) => {
      const { courseId: id, ...sums } = this.stats({ userId, courseId });
      return { courseId: id, ...sums, name };
    })
      .filter(({ sessionCount }) => sessionCount > 0)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #entry({ userId, courseId, sessionId }: SessionKey): Entry | undefined {
    return this.#entries.find(
      (entry) =>
        entry.userId === userId &&
        entry.session.courseId === courseId &&
        entry.session.sessionId === sessionId,
    );
  }

  #insert({ userId, courseId, sessionId }: SessionKey, content: SessionContent, now: string): Answer {
    const completedAt = content.completedAt ?? now;
    const times = { completedAt, createdAt: now, updatedAt: now };
    const session = { sessionId, courseId, ...toStored(content), ...times };
    this.#entries.push({ userId, session });
    return { outcome: 'recorded', session };
  }
}

/** Sums sessions of one course. */
export function sumUp(
  courseId: CourseId,
  sessions: readonly Session[],
  declared: readonly string[],
): LifetimeStats {
  let modules = 0n;
  let scored = 0n;
  let weighted = 0n;
  let time = 0n;
  for (const session of sessions) {
    modules += BigInt(session.totalModulesStudied);
    if (session.averageScore !== null) {
      scored += BigInt(session.totalModulesStudied);
      weighted += BigInt(session.totalModulesStudied) * unitsOf(session.averageScore, DECIMALS);
    }
    time += BigInt(session.timeStudied);
  }
  const completions = sessions.map(({ completedAt }) => completedAt).toSorted();
  const studied = new Set(sessions.flatMap(({ moduleIds }) => moduleIds));
  const ofDeclared = declared.filter((moduleId) => studied.has(moduleId)).length;
  return {
    courseId,
    sessionCount: sessions.length,
    totalModulesStudied: Number(modules),
    averageScore: scored === 0n ? null : quotientOf(weighted, scored * UNITS_PER_SCORE),
    timeStudied: Number(time),
    distinctModulesStudied: studied.size,
    moduleCount: declared.length === 0 ? null : declared.length,
    progress: declared.length === 0 ? null : quotientOf(BigInt(ofDeclared), BigInt(declared.length)),
    firstCompletedAt: completions.at(0) ?? null,
    lastCompletedAt: completions.at(-1) ?? null,
  };
}

function saysTheSame(known: Session, content: SessionContent): boolean {
  const { averageScore, moduleIds } = toStored(content);
  return (
    known.totalModulesStudied === content.totalModulesStudied &&
    known.averageScore === averageScore &&
    known.timeStudied === content.timeStudied &&
    JSON.stringify(known.moduleIds) === JSON.stringify(moduleIds) &&
    (content.completedAt === undefined || known.completedAt === content.completedAt)
  );
}

/** Returns the content of a session as stored, without `completedAt`. */
export function toStored({ totalModulesStudied, averageScore, timeStudied, moduleIds }: SessionContent) {
  return {
    totalModulesStudied,
    averageScore: averageScore === null ? null : quotientOf(unitsOf(averageScore, DECIMALS), UNITS_PER_SCORE),
    timeStudied,
    moduleIds: asSet(moduleIds),
  };
}

/** Module ids are ASCII, so that all sort orders of text agree. */
export function asSet(moduleIds: readonly string[] = []): string[] {
  return moduleIds.filter((moduleId, index) => moduleIds.indexOf(moduleId) === index).toSorted();
}
