/** Programs of somebody else's, which use every entry of the package. */

const BODY = `
async function main(): Promise<void> {
  const metrics: Metrics = new Metrics();
  const stats: Stats = await openStats({ database: 'sqlite::memory:', observer: metrics });
  const server = await serve(stats, { port: 0, host: '127.0.0.1', metrics });
  const client: Stats = connectStats({ server: server.url });
  const userId: UserId = toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81');
  const { courseId } = await client.addCourse({ course: { name: 'Algebra' } });
  const session = { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000 };
  // @ts-expect-error a course is no user
  const wrong: UserId = courseId;
  await client.recordSession({ userId, courseId, session });
  const { averageScore } = await stats.getStats({ userId, courseId });
  const refused: string = await client
    .recordSession({ userId, courseId, session: { ...session, timeStudied: -1 } })
    .then(() => 'not refused', (error: unknown) => (error instanceof StatsError ? error.code : 'unknown'));
  await client.close();
  await server.close();
  await stats.close();
  console.log(JSON.stringify({ averageScore, refused, isText: typeof wrong === 'string' }));
}
void main();
`;

/** What each of them prints. */
export const PRINTED = { averageScore: 68.4, refused: 'invalid-request', isText: true };

/** By the names of their files. */
export const CONSUMERS: ReadonlyMap<string, string> = new Map([
  [
    'imports.mts',
    `import { openStats, StatsError, toUserId, type Stats, type UserId } from 'stats-service';
import { connectStats } from 'stats-service/client';
import { Metrics, serve } from 'stats-service/server';
${BODY}`,
  ],
  [
    'requires.cts',
    `import core = require('stats-service');
import clients = require('stats-service/client');
import servers = require('stats-service/server');
import type { Stats, UserId } from 'stats-service' with { 'resolution-mode': 'import' };
import type { Metrics as Metrics_ } from 'stats-service/server' with { 'resolution-mode': 'import' };
const { openStats, StatsError, toUserId } = core;
const { connectStats } = clients;
const { Metrics, serve } = servers;
type Metrics = Metrics_;
${BODY}`,
  ],
]);
