/** Generates the learners, courses and sessions that the bench imports. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

export const COURSES = 20;
export const LEARNERS = 10_000;
const MODULES = 10;
const LINES_PER_BLOCK = 500;
/** The first completion. Five million minutes later is still in the past. */
const FIRST = Date.UTC(2016, 0, 1);
const MINUTE = 60_000;
/** The third group of digits in an id, so that ids of different kinds never collide. */
const ID_KINDS = { learner: '4001', course: '4002', session: '4003' };
/** Knuth's multiplier spreads consecutive numbers like random ids, without repeating one. */
const SPREAD = 2_654_435_761;

export interface Seed {
  /** The numbers of the sessions; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** Returns the learner, the course or the number of modules of session `n`. */
  readonly learner: (n: number) => number;
  readonly course: (n: number) => number;
  readonly modules: (n: number) => number;
}

/** Every learner has two sessions in every course. */
export const SMALL: Seed = {
  from: 0,
  to: 2 * LEARNERS * COURSES,
  learner: (n) => n % LEARNERS,
  course: (n) => Math.floor(n / LEARNERS) % COURSES,
  modules: () => 2,
};

export function idOf(kind: keyof typeof ID_KINDS, n: number): string {
  const first = (Math.imul(n, SPREAD) >>> 0).toString(16).padStart(8, '0');
  return `${first}-0000-${ID_KINDS[kind]}-8000-${n.toString(16).padStart(12, '0')}`;
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** Returns a courses file in which every course has all modules. */
export function coursesJson(): string {
  const moduleIds = upTo(MODULES).map((n) => `m${n}`);
  const courses = upTo(COURSES).map((n) => ({ courseId: idOf('course', n), name: `Course ${n}`, moduleIds }));
  return JSON.stringify(courses);
}

/** Writes the sessions as CSV, ordered by completion. */
export async function writeSessions(path: string, seed: Seed): Promise<void> {
  await pipeline(csvBlocks(seed), createWriteStream(path));
}

function* csvBlocks({ from, to, learner, course, modules }: Seed): Generator<string> {
  yield 'userId,courseId,sessionId,totalModulesStudied,averageScore,timeStudied,completedAt,moduleIds\n';
  let block = '';
  for (let n = from; n < to; n++) {
    const ids = [idOf('learner', learner(n)), idOf('course', course(n)), idOf('session', n)];
    const figures = [modules(n), ((n * 7_919) % 10_000) / 100, 60_000 + (n % 1_000_000)];
    const completedAt = new Date(FIRST + n * MINUTE).toISOString();
    const moduleIds = upTo(modules(n)).map((index) => `m${(n + index) % MODULES}`);
    block += `${[...ids, ...figures, completedAt, moduleIds.join(';')].join()}\n`;
    if (n % LINES_PER_BLOCK > 0) continue;
    yield block;
    block = '';
  }
  yield block;
}
