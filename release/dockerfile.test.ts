import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { DockerfileParser } from 'dockerfile-ast';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { runCommand } from '../test/support/cli.js';
import { closedPort } from '../test/support/ports.js';
import { startCommand } from '../test/support/service.js';
import { layOut, readDockerfile } from './support/dockerfile.js';
import { createFolder } from './support/folder.js';
import { makeReadOnly } from './support/read-only.js';

const folder = await createFolder();
const { stages, skipped } = await layOut(readDockerfile(), folder.path);
const image = stages.at(-1);
assert.ok(image);
const app = join(image.folder, image.workdir);
const volumes = join(folder.path, 'volumes');
const readOnly = await makeReadOnly(image.folder);
after(async () => {
  await readOnly[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test('the Dockerfile has no fault that a linter knows', () => {
  assert.deepEqual(validate(readDockerfile(), { instructionWorkdirRelative: ValidationSeverity.ERROR }), []);
});

describe('the image that the Dockerfile makes', () => {
  test('serves from a file system that is read only, is healthy, and ends when it is told to', async (t) => {
    t.diagnostic(`not exercised: ${skipped.join('; ')}`);
    for (const volume of image.volumes) await mkdir(join(volumes, volume), { recursive: true });
    await assert.rejects(mkdir(join(app, 'written')));
    const port = String(await closedPort());
    const env = { ...onVolumes(image.env), PATH: dirname(process.execPath), STATS_PORT: port };
    const [program = '', ...argv] = [...image.entrypoint, ...image.cmd];
    await using service = await startCommand([program, ...argv], { cwd: app, env });
    assert.equal(service.url, `http://0.0.0.0:${port}`);
    const [check = '', ...checkArgv] = image.healthcheck;
    const healthy = await runCommand([check, ...checkArgv], { cwd: app, env });
    assert.deepEqual(healthy, { code: 0, stdout: '', stderr: '' });
    const { code } = await service.stop('SIGTERM');
    assert.equal(code, 0);
    const sick = await runCommand([check, ...checkArgv], { cwd: app, env });
    assert.equal(sick.code, 1);
  });

  test('has the program on its path, under the name of the package', async () => {
    const path = [join(image.folder, 'usr/local/bin'), dirname(process.execPath)].join(delimiter);
    const { code, stderr } = await runCommand(
      ['stats-service', 'course', 'add', '--name', 'Algebra', '--database', 'sqlite::memory:'],
      { cwd: folder.path, env: { ...image.env, PATH: path } },
    );
    assert.equal(code, 0, stderr);
  });

  test('runs nothing while it is built, since that would be emulated for another architecture', () => {
    const instructions = DockerfileParser.parse(readDockerfile()).getInstructions();
    const from = instructions.findIndex((one) => /^FROM .* AS service$/.test(one.toString()));
    const ownStages = instructions.slice(0, from).filter((one) => one.getKeyword() === 'FROM');
    assert.ok(ownStages.every((one) => one.toString().includes('--platform=$BUILDPLATFORM')));
    assert.deepEqual(
      instructions.slice(from).filter((one) => one.getKeyword() === 'RUN'),
      [],
    );
  });

  test('is not run as root, by a number that an engine can check', () => {
    assert.ok(skipped.includes('USER 1000:1000'));
  });

  test('holds neither sources nor tests nor what only development needs', async (t) => {
    t.diagnostic(`/app: ${((await sizeOf(app)) / 2 ** 20).toFixed(1)} MiB`);
    assert.deepEqual((await readdir(app)).toSorted(), ['bin', 'dist', 'node_modules', 'package.json']);
    for (const name of ['typescript', 'esbuild', 'tsx', 'kysely', 'node', '.bin/tsc']) {
      assert.ok(!existsSync(join(app, 'node_modules', name)), name);
    }
    const addons = await readdir(join(app, 'node_modules/better-sqlite3/prebuilds'));
    assert.deepEqual(addons, [`linux-${process.arch}.node`]);
    const declarations = (await readdir(join(app, 'dist'), { recursive: true })).filter((path) =>
      path.endsWith('.ts'),
    );
    assert.deepEqual(declarations, []);
  });
});

/** The environment of the image, where what it keeps in volumes lies in ours. */
function onVolumes(env: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(env).map(([name, value]) => {
    const volume = image?.volumes.find((path) => value.includes(`${path}/`));
    return [name, volume === undefined ? value : value.replace(volume, join(volumes, volume))] as const;
  });
  return Object.fromEntries(entries);
}

async function sizeOf(path: string): Promise<number> {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
