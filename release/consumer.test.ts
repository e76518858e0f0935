import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runNode } from '../test/support/cli.js';
import { installInto, pack, ROOT } from './support/npm.js';

/** The strictest options, with `skipLibCheck` off to check the declarations of the package. */
const COMPILER = {
  module: 'nodenext',
  target: 'es2023',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
};

const BODY = `
async function main(): Promise<void> {
  const metrics: Metrics = new Metrics();
  const stats: Stats = await openStats({ database: 'sqlite::memory:', observer: metrics });
  const server = await serve(stats, { port: 0, host: '127.0.0.1', metrics });
  const client: Stats = connectStats({ server: server.url });
  const userId: UserId = toUserId('7c7b7d42-ff2f-57e0-b43e-bdac13420b81');
  const { courseId } = await client.addCourse({ course: { name: 'Algebra' } });
  const session = { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000 };
  // @ts-expect-error a course id is not a user id
  const wrong: UserId = courseId;
  await client.recordSession({ userId, courseId, session });
  const { averageScore } = await stats.getStats({ userId, courseId });
  const rejected: string = await client
    .recordSession({ userId, courseId, session: { ...session, timeStudied: -1 } })
    .then(() => 'recorded', (error: unknown) => (error instanceof StatsError ? error.code : 'unknown'));
  await client.close();
  await server.close();
  await stats.close();
  console.log(JSON.stringify({ averageScore, rejected, isText: typeof wrong === 'string' }));
}
void main();
`;

const PRINTED = { averageScore: 68.4, rejected: 'invalid-request', isText: true };

const CONSUMERS: ReadonlyMap<string, string> = new Map([
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

await using packed = await pack();
const project = await installInto([packed.tarball]);
after(() => project[Symbol.asyncDispose]());

await mkdir(join(project.path, 'node_modules/@types'), { recursive: true });
const nodeTypes = join('node_modules', '@types', 'node');
await symlink(join(ROOT, nodeTypes), join(project.path, nodeTypes), 'junction');
for (const [name, text] of CONSUMERS) await writeFile(join(project.path, name), text);
const config = { compilerOptions: COMPILER, files: [...CONSUMERS.keys()] };
await writeFile(join(project.path, 'tsconfig.json'), JSON.stringify(config));
const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
const compiled = await runNode([tsc], { cwd: project.path });

test('A program in TypeScript that uses every entry of the package compiles in strict mode', () => {
  assert.equal(compiled.code, 0, compiled.stdout);
});

test('A program that uses every entry of the package runs, by import and by require', async () => {
  for (const name of ['imports.mjs', 'requires.cjs']) {
    const { code, stdout, stderr } = await runNode([name], { cwd: project.path });
    assert.deepEqual([code, stderr, JSON.parse(stdout)], [0, '', PRINTED], name);
  }
});
