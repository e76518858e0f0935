/*
 * The invented courses of the demo. A learner of a course follows one of a few paths: not started, stopped (most of them at
 * the hard module), still active, or completed. The sessions of a path are spread over its weeks. The average score of a
 * learner rises slowly, and falls at the hard module.
 */
import {
  deriveId,
  toCourseId,
  toSessionId,
  toUserId,
  type CourseContent,
  type CourseId,
  type EnrolmentContent,
  type LearnerSession,
  type UserId,
} from '../../core/index.js';
import { NAMES } from './names.js';
import { Random } from './random.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
export const WEEK = 7 * DAY;
/** The length of a course so far. */
export const WEEKS = 12;

export interface DemoCourse {
  readonly courseId: CourseId;
  readonly course: CourseContent;
  readonly enrolments: readonly { readonly userId: UserId; readonly enrolment: EnrolmentContent }[];
  readonly sessions: readonly LearnerSession[];
}

interface Plan {
  readonly name: string;
  readonly modules: readonly string[];
  /** The position of the module at which many learners stop. */
  readonly hard: number;
  readonly groups: readonly string[];
  /** The numbers of learners. */
  readonly notStarted: number;
  readonly stoppedAtHard: number;
  readonly stoppedElsewhere: number;
  readonly active: number;
  readonly completed: number;
}

const PLANS: readonly Plan[] = [
  {
    name: 'Statistics for Everyone',
    modules: [
      '01-averages',
      '02-spread',
      '03-charts',
      '04-samples',
      '05-correlation',
      '06-probability',
      '07-distributions',
      '08-estimates',
      '09-tests',
      '10-project',
    ],
    hard: 5,
    groups: ['Monday evening', 'Wednesday morning', 'Online'],
    notStarted: 7,
    stoppedAtHard: 14,
    stoppedElsewhere: 7,
    active: 21,
    completed: 11,
  },
  {
    name: 'First Aid at Work',
    modules: ['1-alarm', '2-breathing', '3-bleeding', '4-practice'],
    hard: 1,
    groups: ['Spring', 'Autumn'],
    notStarted: 2,
    stoppedAtHard: 1,
    stoppedElsewhere: 1,
    active: 3,
    completed: 5,
  },
  {
    name: 'Spreadsheets in Practice',
    modules: ['1-cells', '2-formulas', '3-lookups', '4-pivots', '5-macros', '6-reports'],
    hard: 2,
    groups: ['Online'],
    notStarted: 3,
    stoppedAtHard: 4,
    stoppedElsewhere: 1,
    active: 6,
    completed: 2,
  },
];

/** How far a learner goes, and when. */
interface Path {
  /** The number of modules. */
  readonly reach: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
}

/** @param now the end of the last week, in milliseconds since 1970 */
export function demoCourses(now: number): DemoCourse[] {
  return PLANS.map((plan, index) => demoCourse(plan, new Random(index + 1), now));
}

function demoCourse(plan: Plan, random: Random, now: number): DemoCourse {
  const { name, modules, groups } = plan;
  const courseId = toCourseId(deriveId(`demo course ${name}`));
  const paths = pathsOf(plan, random, now);
  const learners = random.shuffle(NAMES).slice(0, paths.length);
  const userIds = learners.map((learner) => toUserId(deriveId(`demo learner ${learner}`)));
  return {
    courseId,
    course: { name, moduleIds: modules },
    enrolments: learners.flatMap((displayName, index) => {
      const userId = userIds[index];
      const group = groups[random.integer(0, groups.length - 1)];
      return userId && group ? [{ userId, enrolment: { displayName, groups: [group] } }] : [];
    }),
    sessions: paths.flatMap((path, index) => {
      const userId = userIds[index];
      return userId && path ? sessionsOf({ userId, courseId }, path, plan, random, now) : [];
    }),
  };
}

/** Returns the path of each learner; `undefined` for one who has not started. */
function pathsOf(plan: Plan, random: Random, now: number): (Path | undefined)[] {
  const { modules, hard } = plan;
  const first = now - WEEKS * WEEK;
  const repeat = (count: number, make: () => Path | undefined) => Array.from({ length: count }, make);
  const stopped = (reach: number): Path => {
    const start = first + random.between(0, 3) * WEEK;
    // Long enough ago to be inactive.
    const end = Math.min(start + reach * random.between(3, 6) * DAY, now - 3 * WEEK);
    return { reach, start, end };
  };
  return [
    ...repeat(plan.notStarted, () => undefined),
    ...repeat(plan.stoppedAtHard, () => stopped(hard + 1)),
    ...repeat(plan.stoppedElsewhere, () => stopped(random.integer(1, modules.length - 1))),
    ...repeat(plan.active, () => ({
      reach: random.integer(Math.ceil(modules.length / 3), modules.length - 1),
      start: first + random.between(0, 8) * WEEK,
      end: now - random.between(0.1, 9) * DAY,
    })),
    ...repeat(plan.completed, () => ({
      reach: modules.length,
      start: first + random.between(0, 2) * WEEK,
      end: now - random.between(1, 25) * DAY,
    })),
  ];
}

function sessionsOf(
  key: Pick<LearnerSession, 'userId' | 'courseId'>,
  { reach, start, end }: Path,
  { modules, hard }: Plan,
  random: Random,
  now: number,
): LearnerSession[] {
  const studied = modules.slice(0, reach).flatMap((moduleId, position) => {
    // The hard module takes more attempts.
    const attempts = position === hard ? random.integer(2, 4) : random.integer(1, 2);
    return Array.from({ length: attempts }, () => ({ moduleId, isHard: position === hard }));
  });
  const ability = random.between(55, 82);
  const gap = (end - start) / Math.max(1, studied.length - 1);
  return studied.map(({ moduleId, isHard }, index) => {
    const progress = index / studied.length;
    const score = ability + 14 * progress - (isHard ? 18 : 0) + random.between(-6, 6);
    const time = timeOfDay(start + gap * index, random);
    return {
      ...key,
      sessionId: toSessionId(deriveId(`demo session ${key.courseId} ${key.userId} ${index}`)),
      totalModulesStudied: 1,
      averageScore: Math.round(Math.min(100, Math.max(20, score)) * 10) / 10,
      timeStudied: Math.round(random.between(isHard ? 25 : 12, isHard ? 70 : 50)) * MINUTE,
      completedAt: new Date(time > now ? time - DAY : time).toISOString(),
      moduleIds: [moduleId],
    };
  });
}

/** Moves a time to the day between 8:00 and 21:00 UTC, and most of the weekend to Friday. */
function timeOfDay(time: number, random: Random): number {
  const day = Math.floor(time / DAY);
  // 1970-01-01 was a Thursday.
  const weekday = (day + 3) % 7;
  const isMoved = weekday >= 5 && random.next() < 0.7;
  const date = isMoved ? day - (weekday - 4) : day;
  return date * DAY + Math.round(random.between(8 * 60, 21 * 60)) * MINUTE;
}
