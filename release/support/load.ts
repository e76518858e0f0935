import { connectStats } from '../../src/client/index.js';
import { newUserId, sessionContent } from '../../test/support/factories.js';

const AT_ONCE = 50;

/** Records that many sessions of one learner; how many the server then counts. */
export async function recordMany(server: string, sessions: number): Promise<number> {
  await using client = connectStats({ server });
  const { courseId } = await client.addCourse({ course: { name: `Algebra, ${sessions} sessions` } });
  const learner = { userId: newUserId(), courseId };
  for (let sent = 0; sent < sessions; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, sessions - sent) }, () =>
      client.recordSession({ ...learner, session: sessionContent() }),
    );
    await Promise.all(batch);
  }
  return (await client.getStats(learner)).sessionCount;
}
