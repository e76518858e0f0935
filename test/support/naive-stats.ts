import type {
  CourseId,
  LearnerKey,
  LifetimeStats,
  Session,
  SessionContent,
  SessionKey,
} from '../../src/core/index.js';
import { quotientOf, unitsOf } from './oracle.js';

const DECIMALS = 4;
const UNITS_PER_SCORE = 10n ** BigInt(DECIMALS);

/** How a write ended: its outcome or the code of its error, and the session if it answered one. */
export interface Answer {
  readonly outcome: string;
  readonly session?: Session;
}

interface Entry {
  readonly userId: string;
  session: Session;
}

/** What the product promises, with an array for a store: everything is summed anew at every question. */
export class NaiveStats {
  #entries: Entry[] = [];

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
      entry.session = { ...entry.session, ...rounded(content), completedAt, updatedAt: now };
    }
    return { outcome: 'replaced', session: entry.session };
  }

  delete(key: SessionKey): Answer {
    const entry = this.#entry(key);
    if (!entry) return { outcome: 'session-not-found' };
    this.#entries = this.#entries.filter((other) => other !== entry);
    return { outcome: 'deleted' };
  }

  list({ userId, courseId }: LearnerKey): Session[] {
    return this.#entries
      .filter((entry) => entry.userId === userId && entry.session.courseId === courseId)
      .map(({ session }) => session)
      .toSorted((a, b) => (a.completedAt + a.sessionId < b.completedAt + b.sessionId ? 1 : -1));
  }

  stats(learner: LearnerKey): LifetimeStats {
    return sumUp(learner.courseId, this.list(learner));
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
    const session = { sessionId, courseId, ...rounded(content), ...times };
    this.#entries.push({ userId, session });
    return { outcome: 'recorded', session };
  }
}

function sumUp(courseId: CourseId, sessions: readonly Session[]): LifetimeStats {
  let modules = 0n;
  let weighted = 0n;
  let time = 0n;
  for (const session of sessions) {
    modules += BigInt(session.totalModulesStudied);
    weighted += BigInt(session.totalModulesStudied) * unitsOf(session.averageScore, DECIMALS);
    time += BigInt(session.timeStudied);
  }
  const completions = sessions.map(({ completedAt }) => completedAt).toSorted();
  return {
    courseId,
    sessionCount: sessions.length,
    totalModulesStudied: Number(modules),
    averageScore: modules === 0n ? null : quotientOf(weighted, modules * UNITS_PER_SCORE),
    timeStudied: Number(time),
    firstCompletedAt: completions.at(0) ?? null,
    lastCompletedAt: completions.at(-1) ?? null,
  };
}

function saysTheSame(stored: Session, content: SessionContent): boolean {
  return (
    stored.totalModulesStudied === content.totalModulesStudied &&
    stored.averageScore === rounded(content).averageScore &&
    stored.timeStudied === content.timeStudied &&
    (content.completedAt === undefined || stored.completedAt === content.completedAt)
  );
}

function rounded({ totalModulesStudied, averageScore, timeStudied }: SessionContent) {
  const units = unitsOf(averageScore, DECIMALS);
  return { totalModulesStudied, averageScore: quotientOf(units, UNITS_PER_SCORE), timeStudied };
}
