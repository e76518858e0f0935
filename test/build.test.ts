import assert from 'node:assert/strict';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from './support/cli.js';
import { until } from './support/condition.js';
import { TestDirectory } from './support/directory.js';
import { newCourseId, newUserId } from './support/factories.js';
import { startCommand } from './support/service.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test('A server keeps working while its clone is built, and a package has only the current build', async () => {
  await using clone = await TestDirectory.create(tmpdir());
  const cwd = clone.path;
  for (const part of [
    'bin',
    'build.js',
    'dist/dashboard',
    'dist/docs',
    'dist/migrations',
    'dist/src',
    'dist/version.js',
    'migrations',
    'package.json',
    'src',
    'tsconfig.json',
    'tsconfig.build.json',
  ]) {
    await cp(join(ROOT, part), join(cwd, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(cwd, 'node_modules'));
  const build = async () => {
    const { code, stderr } = await runCommand([process.execPath, 'build.js'], { cwd });
    assert.equal(code, 0, stderr);
  };
  const argv = ['bin/stats-service.js', 'serve', '--database', 'sqlite::memory:', '--port', '0'];
  await using service = await startCommand([process.execPath, ...argv], { cwd });

  // The next build has other chunks, because the code of the history has changed.
  const intervals = join(cwd, 'src/core/model/intervals.ts');
  const changed = (await readFile(intervals, 'utf8')).replace('intervalsBetween(', 'intervalsOf(');
  await writeFile(intervals, `${changed}\nexport { intervalsOf as intervalsBetween };\n`);
  const state = { isBuilt: false };
  const built = build().finally(() => (state.isBuilt = true));
  const headers = { 'X-User-Id': newUserId(), 'Content-Type': 'application/json' };
  const servesUntilBuilt = async () => {
    assert.equal((await fetch(`${service.url}/docs`)).status, 200);
    return state.isBuilt;
  };
  await until('the clone is built', servesUntilBuilt, 60_000, 50);
  await built;

  const course = `${service.url}/courses/${newCourseId()}`;
  const send = (method: string, url: string, body?: object) =>
    fetch(url, { method, headers, body: body && JSON.stringify(body) });
  assert.equal((await send('PUT', course, { name: 'Algebra' })).status, 201);
  const session = { totalModulesStudied: 1, averageScore: 1, timeStudied: 1 };
  assert.equal((await send('POST', course, session)).status, 201);
  // Imports the chunk of the earlier build.
  assert.equal((await send('GET', `${course}/history?interval=day`)).status, 200);

  const { stdout } = await runCommand(['npm', 'pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd },
  });
  const chunks = stdout.match(/dist\/src\/chunks\/intervals-\w+\.js/g);
  assert.equal(new Set(chunks).size, 1, stdout);
});
