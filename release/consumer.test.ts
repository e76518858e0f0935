import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runNode } from '../test/support/cli.js';
import { installInto, pack } from './support/npm.js';

/** Strict, and otherwise the defaults, which check the declarations of the package too. */
const COMPILER = {
  target: 'es2022',
  lib: ['es2022', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  outDir: 'out',
};

/** The oldest TypeScript that the package supports, because zod needs it, and the newest. */
const OLDEST = 'typescript@~5.5';
const COMPILERS = [OLDEST, 'typescript@latest'];

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
  [
    'dynamic.cts',
    `import type { Stats, UserId } from 'stats-service' with { 'resolution-mode': 'import' };
import type { Metrics as Metrics_ } from 'stats-service/server' with { 'resolution-mode': 'import' };
type Metrics = Metrics_;
async function run(): Promise<void> {
const { openStats, StatsError, toUserId } = await import('stats-service');
const { connectStats } = await import('stats-service/client');
const { Metrics, serve } = await import('stats-service/server');
${BODY.replace('void main();', 'await main();')}
}
void run();
`,
  ],
]);

await using packed = await pack();

for (const compiler of COMPILERS) {
  const project = await installInto([packed.tarball, compiler, '@types/node@^22']);
  after(() => project[Symbol.asyncDispose]());
  for (const [name, text] of CONSUMERS) await writeFile(join(project.path, name), text);

  const common = ['imports.mts', 'dynamic.cts'];
  // A CommonJS file can `require` an ES module since TypeScript 5.8, only with `nodenext`.
  const files = { node16: common, nodenext: compiler === OLDEST ? common : [...common, 'requires.cts'] };
  for (const [module, names] of Object.entries(files)) {
    test(`Programs that use every entry compile with ${compiler} and module ${module}, and run`, async () => {
      const config = { compilerOptions: { ...COMPILER, module }, files: names };
      await writeFile(join(project.path, 'tsconfig.json'), JSON.stringify(config));
      const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
      const compiled = await runNode([tsc], { cwd: project.path });
      assert.equal(compiled.code, 0, compiled.stdout);
      for (const name of names) {
        const program = join('out', name.replace(/ts$/, 'js'));
        const { code, stdout, stderr } = await runNode([program], { cwd: project.path });
        assert.deepEqual([code, stderr, JSON.parse(stdout)], [0, '', PRINTED], name);
      }
    });
  }
}
