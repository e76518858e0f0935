import type { DialectName } from '../../migrations/columns.js';
import { verify, type Difference, type Verification } from '../../src/core/index.js';
import { newSessionId, newUserId, sessionContent } from './factories.js';
import { createFixture, type Fixture } from './fixture.js';

interface Verified extends Verification {
  readonly differences: readonly Difference[];
}

export async function verified(url: string, options: object = {}): Promise<Verified> {
  const differences: Difference[] = [];
  const onDifference = (difference: Difference) => void differences.push(difference);
  return { ...(await verify({ database: url, ...options, onDifference })), differences };
}

/** Creates a learner with two sessions, and other learners. */
export async function createLearner(dialect: DialectName) {
  const fixture = await createFixture(dialect);
  const learner = { userId: newUserId(), courseId: fixture.courseId };
  const sessionId = newSessionId();
  const contents = [
    sessionContent({ completedAt: '2026-01-02T00:00:00.5Z', moduleIds: ['a', 'b'] }),
    sessionContent({ completedAt: '2026-01-03T00:00:00Z', moduleIds: ['b'], averageScore: 0.5 }),
  ];
  const [first = sessionContent(), second = sessionContent()] = contents;
  await fixture.stats.putSession({ ...learner, sessionId, session: first });
  await fixture.stats.recordSession({ ...learner, session: second });
  await recordOthers(fixture);
  return { ...fixture, learner, sessionId };
}

async function recordOthers({ stats, courseId }: Fixture): Promise<void> {
  // Special characters in JSON and SQL.
  const moduleIds = ['"quoted"', String.raw`back\slash`, "it's", '{a,b}', '[1]'];
  for (const session of [sessionContent({ moduleIds }), sessionContent()]) {
    await stats.recordSession({ userId: newUserId(), courseId, session });
  }
}

/** Returns module ids in the stored form. */
export function joinedModuleIds(amount: number): string {
  return Array.from({ length: amount }, (_, index) => `m${String(index).padStart(4, '0')}`).join(';');
}
