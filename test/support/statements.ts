import { deriveId, openStats, toCourseId, toUserId, type Session } from '../../src/core/index.js';
import { createDatabase } from './databases.js';
import { runImport } from './imports.js';

export const USER = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
export const COURSE = '7384c218-7413-5439-8a53-127d6e177480';
export const STATEMENT = '2d2c7962-2120-536a-aa9a-b2458eb413b9';
export const PLAYED = 'https://w3id.org/xapi/video/verbs/played';

export const actor = (homePage: string, name: string) => ({ account: { homePage, name } });
export const LMS = 'https://lms.example';
export const ADA = actor(LMS, 'ada');

/** A statement that is a session of its own. */
export const session = {
  id: STATEMENT,
  actor: { objectType: 'Agent', ...actor(LMS, USER) },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
  object: { id: 'https://lms.example/modules/12' },
  context: { contextActivities: { grouping: [{ id: `https://lms.example/courses/${COURSE}` }] } },
  result: {
    score: { scaled: 0.684, raw: 68.4, max: 100 },
    duration: 'PT4M40.5S',
    extensions: {
      'urn:stats-service:totalModulesStudied': 6,
      'urn:stats-service:moduleIds': ['m-2', 'm-1'],
    },
  },
  timestamp: '2026-11-20T11:00:00+01:00',
};

export const courseOf = (id: string, name?: object) => ({
  contextActivities: {
    parent: { id, definition: { type: 'http://adlnet.gov/expapi/activities/course', ...(name && { name }) } },
  },
});

/** An event; each has its own id. */
export const event = {
  actor: ADA,
  verb: { id: PLAYED },
  object: { id: 'https://lms.example/videos/1' },
  context: courseOf('logic'),
  timestamp: '2026-11-20T10:00:00.123456Z',
};

export function linesOf(statements: readonly object[]): string {
  return statements.map((statement) => JSON.stringify({ id: crypto.randomUUID(), ...statement })).join('\n');
}

/** Imports statements into a new database and returns the sessions of a learner in a course. */
export async function importStatements(
  statements: readonly object[],
  {
    argv = [],
    user = 'ada',
    course = 'logic',
  }: { argv?: readonly string[]; user?: string; course?: string } = {},
) {
  await using database = await createDatabase('sqlite');
  const target = ['--format', 'xapi', '--create-courses', '--database', database.url];
  const finished = await runImport(['-', ...target, ...argv], linesOf(statements));
  await using stats = await openStats({ database: database.url });
  const key = { userId: toUserId(deriveId(user)), courseId: toCourseId(deriveId(course)) };
  const { items } = await stats.listCourses();
  const sessions: readonly Session[] = items.some(({ courseId }) => courseId === key.courseId)
    ? (await stats.listSessions(key)).items.toReversed()
    : [];
  return { ...finished, sessions, courses: items.map(({ name }) => name) };
}
