import assert from 'node:assert/strict';
import type { CourseId } from '../../src/core/index.js';
import { serve, type ServeOptions } from '../../src/server/index.js';
import { addLearners, learnerId, type StudyPlan } from './classroom.js';
import { sessionContent } from './factories.js';
import { createFixture, type Fixture } from './fixture.js';
import { bodyOf, type HttpAnswer } from './http-answer.js';
import { HttpClient } from './http-client.js';

export interface Dashboard extends Fixture {
  readonly url: string;
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<HttpAnswer>;
  /** Returns the HTML of a page, which must succeed. */
  readonly page: (path: string) => Promise<string>;
  /** Returns the JSON of the API. */
  readonly api: (path: string) => Promise<unknown>;
}

/** Serves a new SQLite database to the first learner of a classroom, behind a gateway. */
export async function createDashboard(
  options: Pick<ServeOptions, 'basePath' | 'frameAncestors' | 'onError'> = {},
): Promise<Dashboard> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await createFixture('sqlite'));
  const server = stack.use(await serve(fixture.stats, { ...options, port: 0, clock: fixture.clock.read }));
  const client = stack.use(new HttpClient(server.url));
  const resources = stack.move();
  const get: Dashboard['get'] = (path, headers = {}) =>
    client.send('GET', path, { userId: learnerId(0), headers });
  const succeed = async (path: string) => {
    const answer = await get(path);
    assert.equal(answer.status, 200, `${path}: ${answer.text}`);
    return answer;
  };
  return {
    ...fixture,
    url: server.url,
    get,
    page: async (path) => (await succeed(path)).text,
    api: async (path) => bodyOf(await succeed(path)),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export const MODULES = Array.from({ length: 8 }, (_, index) => `m${index + 1}`);

/** Learners of every status, of whom some have studied in the last weeks. */
export function studyPlans(amount: number): StudyPlan[] {
  return Array.from({ length: amount }, (_, number): StudyPlan => {
    const enrolment = {
      displayName: `Learner ${number}`,
      groups: number % 2 === 0 ? ['evening', '2026'] : [],
    };
    const sessions = Array.from({ length: (number * 5) % 13 }, (__, index) =>
      MODULES.slice(index % 8, (index % 8) + 2),
    );
    if (number % 7 === 3) return { enrolment };
    if (number % 7 === 5) return { enrolment, sessions: [MODULES], score: null };
    return {
      ...(number % 5 > 0 && { enrolment }),
      sessions: [['m1'], ...sessions],
      daysAgo: (number * 4) % 30,
      score: 55.25 + number,
    };
  });
}

/** Adds learners to the course, which then declares its modules, and sessions of the first one in another course. */
export async function fillCourse({ stats, ...fixture }: Fixture, amount: number): Promise<CourseId> {
  const { courseId } = fixture;
  await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds: MODULES } });
  await addLearners({ stats, ...fixture }, courseId, studyPlans(amount));
  const other = await stats.addCourse({ course: { name: 'Zoology' } });
  await addLearners({ stats, ...fixture }, other.courseId, studyPlans(Math.min(amount, 1)));
  return other.courseId;
}

/** Adds learners with a session each. The roster begins with those who have a name and two groups. */
export async function fillLargeCourse({ stats, clock, courseId }: Fixture, amount: number): Promise<void> {
  const moduleIds = Array.from({ length: 20 }, (_, index) => `chapter-${index + 11}`);
  await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds } });
  for (let first = 0; first < amount; first += 1_000) {
    const sessions = Array.from({ length: Math.min(1_000, amount - first) }, (_, index) => {
      const number = first + index;
      const completedAt = new Date(clock.read() - number * 600_000).toISOString();
      const studied = moduleIds.slice(0, number % 3);
      const session = sessionContent({ completedAt, totalModulesStudied: 2, moduleIds: studied });
      return { userId: learnerId(number), courseId, ...session };
    });
    await stats.recordSessions({ sessions });
  }
  for (let number = 0; number < Math.min(amount, 60); number++) {
    const enrolment = { displayName: `Ada Learner ${number}`, groups: ['Evening course', 'Spring of 2026'] };
    await stats.enrolLearner({ userId: learnerId(number), courseId, enrolment });
  }
}

/** Returns the section of a page that has this title, or the list of tiles. */
export function sectionOf(html: string, id: string): string {
  const start = html.indexOf(`aria-labelledby="${id}"`);
  assert.ok(start > 0, id);
  return html.slice(start, html.indexOf('</section>', start));
}

/** Returns the exact numbers of a part of a page, in order. */
export function numbersIn(html: string): number[] {
  return Array.from(html.matchAll(/<data\s+value="([^"]+)"/g), ([, value]) => Number(value));
}

/** Returns the texts of the cells of each row. */
export function rowsIn(html: string): string[][] {
  return Array.from(html.matchAll(/<tr\b.*?<\/tr>/gs), ([row]) =>
    Array.from(row.matchAll(/<t([hd])\b.*?<\/t\1/gs), ([cell]) => textOf(cell)),
  );
}

export function textOf(html: string): string {
  const text = html.replaceAll(/<[^>]*(>|$)/g, '');
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text
    .replaceAll(/&([#\w]+);/g, (_, name: string) => entities[name] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
