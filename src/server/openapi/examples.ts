import type { Route } from '../router.js';

/* The examples are one sequence of calls. A test sends them to a server and compares the responses. */
const COURSE_ID = '7384c218-7413-5439-8a53-127d6e177480';
const USER_ID = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
const SESSION_ID = '2d2c7962-2120-536a-aa9a-b2458eb413b9';
const NOW = '2026-11-22T10:00:00.000Z';
const written = { createdAt: NOW, updatedAt: NOW };

const courseContent = { name: 'AAA 2013J', moduleIds: ['intro', 'logic', 'proofs', 'sets'] };
const course = { courseId: COURSE_ID, ...courseContent, ...written };

const sessionContent = {
  totalModulesStudied: 6,
  averageScore: 68.4,
  timeStudied: 280_000,
  completedAt: '2026-11-21T18:00:00.000Z',
  moduleIds: ['intro', 'logic'],
};
const session = { sessionId: SESSION_ID, courseId: COURSE_ID, ...sessionContent, ...written };

const enrolmentContent = { displayName: 'Ann', groups: ['2026', 'evening'] };
const enrolment = { userId: USER_ID, courseId: COURSE_ID, ...enrolmentContent, enrolledAt: NOW };

const sums = { sessionCount: 1, totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000 };
const stats = {
  courseId: COURSE_ID,
  ...sums,
  distinctModulesStudied: 2,
  moduleCount: 4,
  progress: 0.5,
  firstCompletedAt: sessionContent.completedAt,
  lastCompletedAt: sessionContent.completedAt,
};

const { courseId: _, moduleCount, ...learnerStats } = stats;
const rule = { inactiveAfter: 14, asOf: NOW };
const learner = {
  userId: USER_ID,
  ...enrolmentContent,
  enrolledAt: NOW,
  status: 'active',
  ...learnerStats,
};
const same = (value: number) => ({ min: value, p25: value, median: value, p75: value, max: value });

interface Example {
  /** The body of the request. */
  readonly body?: unknown;
  /** The body of a response below 400. */
  readonly response?: unknown;
}

export const EXAMPLES: Readonly<Partial<Record<Route['operation'], Example>>> = {
  addCourse: { body: { courseId: COURSE_ID, ...courseContent }, response: course },
  listCourses: { response: { items: [course], next: null } },
  setCourse: { body: courseContent, response: course },
  enrolLearner: { body: enrolmentContent, response: enrolment },
  listLearners: { response: { items: [learner], next: null, ...rule } },
  getLearner: { response: { ...learner, ...rule } },
  getSummary: {
    response: {
      courseId: COURSE_ID,
      name: courseContent.name,
      moduleCount,
      learners: { total: 1, enrolled: 1, notStarted: 0, active: 1, inactive: 0, completed: 0 },
      ...sums,
      firstCompletedAt: sessionContent.completedAt,
      lastCompletedAt: sessionContent.completedAt,
      progressHistogram: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
      perLearner: {
        averageScore: same(sums.averageScore),
        timeStudied: same(sums.timeStudied),
        sessionCount: same(sums.sessionCount),
      },
      modules: courseContent.moduleIds.map((moduleId) => ({
        moduleId,
        learners: sessionContent.moduleIds.includes(moduleId) ? 1 : 0,
      })),
      ...rule,
    },
  },
  getCourseActivity: {
    response: {
      interval: 'week',
      timeZone: 'UTC',
      items: [{ start: '2026-11-16T00:00:00+00:00', activeLearners: 1, newLearners: 1, ...sums }],
    },
  },
  recordSession: { body: { sessionId: SESSION_ID, ...sessionContent }, response: session },
  recordSessions: {
    body: { sessions: [{ userId: USER_ID, courseId: COURSE_ID, sessionId: SESSION_ID, ...sessionContent }] },
    response: { items: [{ status: 201, outcome: 'recorded', sessionId: SESSION_ID }] },
  },
  listSessions: { response: { items: [session], next: null } },
  getSession: { response: session },
  putSession: { body: sessionContent, response: session },
  getStats: { response: stats },
  getHistory: {
    response: { interval: 'week', timeZone: 'UTC', items: [{ start: '2026-11-16T00:00:00+00:00', ...sums }] },
  },
  getLearnerActivity: {
    response: {
      timeZone: 'UTC',
      dayStart: '00:00',
      currentStreak: 1,
      longestStreak: 1,
      activeDays: 1,
      items: [{ date: '2026-11-21', sessionCount: 1, totalModulesStudied: 6, timeStudied: 280_000 }],
    },
  },
  listStudiedCourses: { response: { items: [{ ...stats, name: courseContent.name }], next: null } },
  eraseUser: { response: { sessionsDeleted: 1 } },
  whoami: {
    response: {
      userId: USER_ID,
      credential: 'gateway',
      scopes: ['admin', 'courses:write', 'sessions:write', 'stats:read'],
      courses: null,
    },
  },
  live: { response: { status: 'ok' } },
  ready: { response: { status: 'ok' } },
  metrics: {
    response: '# HELP stats_batch_size Calls per batch.\n# TYPE stats_batch_size histogram\n',
  },
};

/** The values of required parameters. */
export const PARAMETER_EXAMPLES: Readonly<Record<string, string>> = {
  courseId: COURSE_ID,
  sessionId: SESSION_ID,
  userId: USER_ID,
};
