import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  ROSTER_SORTS,
  SORT_ORDERS,
  STATUSES,
  toUserId,
  type CourseId,
  type Session,
  type StatsCalls,
} from '../../src/core/index.js';
import { newSessionId } from './factories.js';
import type { CourseData } from './naive-course.js';
import { toStored } from './naive-stats.js';
import { ZONES } from './time-zones.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Clocks changed in three of the zones shortly before. */
export const NOW = '2012-11-06T10:00:00.000Z';

const MIDNIGHT = Date.parse('2012-11-06T00:00:00Z');

const USERS = [
  '00000000-0000-4000-8000-000000000000',
  '00000000-0000-4000-8000-000000000001',
  'a0000000-0000-4000-8000-000000000000',
  'a0b1c2d3-0000-4000-8000-000000000000',
  'a0b1c2d3-0001-4000-8000-000000000000',
  'abcdef00-0000-4000-8000-000000000000',
  'ffffffff-ffff-4fff-bfff-fffffffffffe',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
].map(toUserId);

/** The last ones sort differently by code points and by UTF-16 code units. `\u0301` folds to an empty name. */
const NAMES = [
  'Ann',
  'ANN',
  'ánn',
  'Ａｎｎ',
  'A',
  'ab',
  'Zoë',
  'zoe%',
  '_\\',
  'ﬁx',
  'ß',
  'İx',
  '\u0301',
].concat([
  "O'N",
  'Ångström',
  'ОЛЬГА',
  'Νίκος',
  'ΝΙΚΟΣΤΡΑΤΟΣ',
  'e\u0301',
  '李',
  '\uFFFD',
  '\uE000b',
  '😀',
  '😀b',
]);

const GROUPS = ['a', 'A', 'ab', 'É', 'b a'];
const MODULES = ['M', 'm1', 'm10', 'm2', 'z'];

/** Where `inactiveAfter` days end, which is midnight in Apia. */
const boundary = fc
  .tuple(fc.constantFrom(-0.9, 0, 1, 2, 13, 14, 15, 23, 40), fc.constantFrom(-1, 0, 1))
  .map(([days, more]) => new Date(Date.parse(NOW) - days * DAY + more).toISOString());

const completedAt = fc.oneof(
  { weight: 3, arbitrary: boundary },
  fc.integer({ min: -40, max: 0 }).map((days) => new Date(MIDNIGHT + days * DAY).toISOString()),
  fc.integer({ min: -40 * DAY, max: DAY }).map((time) => new Date(Date.parse(NOW) + time).toISOString()),
);

const session = fc.record({
  totalModulesStudied: fc.constantFrom(0, 1, 3, 7, 99_999, 100_000),
  averageScore: fc.constantFrom(null, 0, 0.0001, 1.00005, 68.4, 66.66666666666667, 1_000_000),
  timeStudied: fc.constantFrom(0, 1, 280_000, 1_000_000_000),
  completedAt,
  moduleIds: fc.oneof(fc.constant(MODULES), fc.subarray(MODULES)),
  /** Twelve sessions of the largest numbers exceed 2^53. */
  copies: fc.constantFrom(1, 1, 1, 12),
});

const learner = fc.record({
  enrolment: fc.option(
    fc.record({
      displayName: fc.option(fc.constantFrom(...NAMES)),
      groups: fc.subarray(GROUPS).map((groups) => groups.toSorted()),
    }),
  ),
  sessions: fc.array(session, { maxLength: 4 }),
  isUnenrolled: fc.constantFrom(false, false, false, true),
  hasDeleted: fc.constantFrom(false, false, false, true),
});

/** A course with its learners: enrolled, studied, both or no longer either. */
export const courseCase = fc.record({
  declaredBefore: fc.subarray([...MODULES, 'never']),
  declared: fc.oneof(fc.constant([]), fc.constant(['m1', 'm2', 'z']), fc.subarray([...MODULES, 'never'])),
  learners: fc.tuple(...USERS.map(() => fc.option(learner, { freq: 7 }))),
});

const search = fc.oneof(
  fc.constantFrom('an', 'ÁN', 'ΝΙΚΟΣ', 'FI', ' ', '%', 'e', 'о', '\u0301', 'ss', '😀', '\uE000'),
  fc
    .tuple(fc.constantFrom(...USERS), fc.nat({ max: 36 }))
    .map(([userId, length]) => userId.slice(0, length).toUpperCase()),
);

/** Mostly `undefined`, so that several filters together still leave rows. */
function rarely<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, arbitrary);
}

const filter = fc.record({
  status: rarely(fc.constantFrom(...STATUSES)),
  group: rarely(fc.constantFrom(...GROUPS)),
  search: rarely(search),
  inactiveAfter: fc.constantFrom(undefined, 1, 14, 15, 365),
  limit: fc.integer({ min: 1, max: 4 }),
});

/** One query for each sort and order, with filters. */
export const rosterQueries = fc.tuple(
  ...ROSTER_SORTS.flatMap((sort) =>
    SORT_ORDERS.map((order) => filter.map((filters) => ({ sort, order, ...filters }))),
  ),
);

export const activityQuery = fc.record({
  interval: fc.constantFrom(undefined, 'day', 'week', 'month'),
  timeZone: fc.constantFrom(undefined, ...ZONES),
  from: rarely(boundary),
  to: rarely(boundary),
});

type CourseCase = typeof courseCase extends fc.Arbitrary<infer Value> ? Value : never;
type SessionCase = typeof session extends fc.Arbitrary<infer Value> ? Value : never;

/** Returns a function that makes a case in a database, and the data that the course then has. */
export function prepareCase({ declaredBefore, declared, learners }: CourseCase, courseId: CourseId) {
  const name = `Course ${courseId}`;
  const present = learners.flatMap((each, index) => {
    const userId = USERS[index];
    return each && userId ? [{ userId, ...each, sessions: each.sessions.flatMap(copiesOf) }] : [];
  });
  const data: CourseData = {
    course: { courseId, name, moduleIds: declared },
    enrolments: present.flatMap(({ userId, enrolment, isUnenrolled }) =>
      enrolment && !isUnenrolled ? [{ userId, ...enrolment, enrolledAt: NOW }] : [],
    ),
    sessions: present.flatMap(({ userId, sessions, hasDeleted }) =>
      hasDeleted ? [] : sessions.map((each) => ({ userId, session: stored(courseId, each) })),
    ),
  };
  const load = async (stats: StatsCalls) => {
    await stats.addCourse({ course: { courseId, name, moduleIds: declaredBefore } });
    for (const { userId, enrolment, sessions, isUnenrolled, hasDeleted } of present) {
      const key = { userId, courseId };
      if (enrolment) await stats.enrolLearner({ ...key, enrolment });
      const results = await stats.recordSessions({ sessions: sessions.map((each) => ({ ...key, ...each })) });
      for (const { outcome } of results) assert.equal(outcome, 'recorded');
      if (enrolment && isUnenrolled) await stats.unenrolLearner(key);
      for (const { sessionId } of hasDeleted ? sessions : [])
        await stats.deleteSession({ ...key, sessionId });
    }
    await stats.setCourse({ courseId, course: { name, moduleIds: declared } });
  };
  return { data, load };
}

/** All databases get the same ids. */
function copiesOf({ copies, ...content }: SessionCase) {
  return Array.from({ length: copies }, () => ({ sessionId: newSessionId(), ...content }));
}

function stored(courseId: CourseId, sent: ReturnType<typeof copiesOf>[number]): Session {
  const { sessionId, completedAt: completed } = sent;
  return { sessionId, courseId, ...toStored(sent), completedAt: completed, createdAt: NOW, updatedAt: NOW };
}
