import { serve } from '../../src/server/index.js';
import { toUserId, type CourseId, type EnrolmentContent, type UserId } from '../../src/core/index.js';
import { runCli } from './cli.js';
import { sessionContent } from './factories.js';
import { createFixture, type Fixture } from './fixture.js';

const DAY = 24 * 60 * 60 * 1000;

type RunOptions = Parameters<typeof runCli>[1];

/** A database with a server on it, both of which have the stopped clock: Sunday, 2026-11-22T10:00:00Z. */
export interface Classroom extends Fixture {
  /** Runs a command on the server. */
  readonly run: (argv: readonly string[], options?: RunOptions) => ReturnType<typeof runCli>;
}

export async function createClassroom(): Promise<Classroom> {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await createFixture('sqlite'));
  const server = stack.use(await serve(fixture.stats, { port: 0 }));
  const resources = stack.move();
  return {
    ...fixture,
    run: (argv, options) => runCli([...argv, '--server', server.url], options),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Returns ids that sort like their numbers. */
export function learnerId(number: number): UserId {
  return toUserId(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);
}

export interface StudyPlan {
  /** Missing if the learner is not enrolled. */
  readonly enrolment?: EnrolmentContent;
  /** The modules studied in each session. */
  readonly sessions?: readonly (readonly string[])[];
  /** Days before the stopped clock on which the last session was completed; the others were a day apart. */
  readonly daysAgo?: number;
  readonly score?: number | null;
}

/** Enrols and records learners, with ids by their position. */
export async function addLearners(
  { stats, clock }: Fixture,
  courseId: CourseId,
  plans: readonly StudyPlan[],
): Promise<void> {
  for (const [number, { enrolment, sessions = [], daysAgo = 0, score = 80 }] of plans.entries()) {
    const key = { userId: learnerId(number), courseId };
    if (enrolment) await stats.enrolLearner({ ...key, enrolment });
    for (const [index, moduleIds] of sessions.entries()) {
      const time = clock.read() - (daysAgo + sessions.length - 1 - index) * DAY;
      const completedAt = new Date(time).toISOString();
      const content = { totalModulesStudied: moduleIds.length || 1, averageScore: score, completedAt };
      await stats.recordSession({ ...key, session: sessionContent({ ...content, moduleIds }) });
    }
  }
}
