import assert from 'node:assert/strict';
import * as z from 'zod';
import { quotientOf, unitsOf } from './oracle.js';

export interface FileSession {
  readonly userId: string;
  readonly courseId: string;
  readonly sessionId: string;
  readonly totalModulesStudied: number;
  readonly averageScore: number;
  readonly timeStudied: number;
  readonly completedAt: string;
  readonly moduleIds: readonly string[];
}

export interface FileCourse {
  readonly courseId: string;
  readonly name: string;
  readonly moduleIds: readonly string[];
}

const COLUMNS = [
  'userId',
  'courseId',
  'sessionId',
  'totalModulesStudied',
  'averageScore',
  'timeStudied',
  'completedAt',
] as const;

/** Parses a CSV file with a header and ignores other columns. */
export function parseSessions(csv: string): FileSession[] {
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    assert.equal(values.length, names.length, line);
    const [userId, courseId, sessionId, modules, score, time, completedAt] = COLUMNS.map((name) => {
      const value = values[names.indexOf(name)];
      assert.ok(value, `${name} is missing in ${line}`);
      return value;
    });
    assert.ok(userId && courseId && sessionId && completedAt);
    // The column is optional.
    const modulesStudied = values[names.indexOf('moduleIds')] ?? '';
    return {
      userId,
      courseId,
      sessionId,
      totalModulesStudied: Number(modules),
      averageScore: Number(score),
      timeStudied: Number(time),
      completedAt,
      moduleIds: modulesStudied === '' ? [] : modulesStudied.split(';'),
    };
  });
}

const coursesSchema = z.array(
  z.object({ courseId: z.string(), name: z.string(), moduleIds: z.array(z.string()).default([]) }),
);

export function parseCourses(json: string): FileCourse[] {
  return coursesSchema.parse(JSON.parse(json));
}

/**
 * Derives courses from sessions. Every third one declares no modules. The others declare all studied modules
 * except the first, and one module without studies.
 */
export function coursesOf(sessions: readonly FileSession[]): FileCourse[] {
  const byCourse = Map.groupBy(sessions, ({ courseId }) => courseId);
  return Array.from(byCourse, ([courseId, ofCourse], index) => {
    const studied = Array.from(new Set(ofCourse.flatMap(({ moduleIds }) => moduleIds))).toSorted();
    const moduleIds = index % 3 === 2 ? [] : [...studied.slice(1), 'never'];
    return { courseId, name: `Course ${courseId}`, moduleIds };
  });
}

const SCORES = [
  '0',
  '100',
  '68.4',
  '66.66666666666667',
  '33.333333333333336',
  '1.00005',
  '0.00015',
  '99.99995',
];

/** Generates a CSV file with about 2,000 sessions of 60 learners in 8 courses, equal in every run. */
export function generateSessions(): string {
  const random = seeded(20_261_122);
  const uuid = () => {
    const digits = Array.from({ length: 32 }, () => random(16).toString(16)).join('');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
  const users = Array.from({ length: 60 }, uuid);
  const courses = Array.from({ length: 8 }, uuid);
  const lines = Array.from({ length: 2_000 }, (_, index) => {
    const user = random(users.length);
    // Every tenth learner studies no modules.
    const modules = user % 10 === 0 ? 0 : random(40);
    const score = random(4) === 0 ? (random(1_000_000_000) / 7_000_000).toString() : pick(SCORES, random(8));
    const time = random(3) === 0 ? 0 : random(7_200_000);
    // Few times, so that some sessions share one. Some have an offset.
    const day = new Date(Date.UTC(2026, 0, 1 + random(5))).toISOString().slice(0, 10);
    const completedAt = `${day}T0${random(10)}:30:00${random(2) === 0 ? 'Z' : '+05:30'}`;
    // Few modules, so that sessions share them. Some sessions repeat a module, some have none.
    const moduleIds = Array.from({ length: random(6) }, () => `module-${random(25)}`).join(';');
    return [
      pick(users, user),
      pick(courses, random(8)),
      uuid(),
      modules,
      score,
      time,
      completedAt,
      moduleIds,
      index,
    ].join(',');
  });
  // The same session id in every course of one learner, and in one course of another.
  const shared = uuid();
  const others = [...courses.map((course) => [users[1], course]), [users[2], courses[0]]].map(
    ([user, course]) =>
      [user, course, shared, 3, '66.66666666666667', 1, '2026-02-03T04:05:06.789Z', 'module-1', -1].join(','),
  );
  return `${[...COLUMNS, 'moduleIds', 'line'].join(',')}\n${[...lines, ...others].join('\n')}\n`;
}

/** Shuffles the items in the same way in every run. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seeded(seed);
  return items
    .map((item) => ({ item, key: random(2 ** 31) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Computes the expected lifetime stats of a learner in a course, in exact arithmetic. */
export function expectedStats(
  { courseId, moduleIds: declared }: Pick<FileCourse, 'courseId' | 'moduleIds'>,
  sessions: readonly FileSession[],
): Record<string, unknown> {
  let modules = 0n;
  let weighted = 0n;
  let time = 0n;
  for (const session of sessions) {
    modules += BigInt(session.totalModulesStudied);
    weighted += BigInt(session.totalModulesStudied) * unitsOf(session.averageScore, 4);
    time += BigInt(session.timeStudied);
  }
  const studied = new Set(sessions.flatMap(({ moduleIds }) => moduleIds));
  const ofDeclared = declared.filter((moduleId) => studied.has(moduleId)).length;
  const completions = sessions.map(({ completedAt }) => Date.parse(completedAt)).toSorted((a, b) => a - b);
  return {
    courseId,
    sessionCount: sessions.length,
    totalModulesStudied: Number(modules),
    averageScore: modules === 0n ? null : quotientOf(weighted, modules * 10_000n),
    timeStudied: Number(time),
    distinctModulesStudied: studied.size,
    moduleCount: declared.length === 0 ? null : declared.length,
    progress: declared.length === 0 ? null : quotientOf(BigInt(ofDeclared), BigInt(declared.length)),
    firstCompletedAt: new Date(completions[0] ?? NaN).toISOString(),
    lastCompletedAt: new Date(completions.at(-1) ?? NaN).toISOString(),
  };
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index];
  assert.ok(item !== undefined);
  return item;
}

export function seeded(seed: number): (bound: number) => number {
  let state = BigInt(seed);
  return (bound) => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number(((state >> 33n) * BigInt(bound)) >> 31n);
  };
}
