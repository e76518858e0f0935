import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runNode } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { newUserId } from '../support/factories.js';
import { createService } from '../support/http-service.js';
import { generateTypes } from '../support/openapi-types.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** A program that uses the generated types. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { components, paths } from './api.d.ts';

const [baseUrl = '', userId = ''] = process.argv.slice(2);
// Without the media types, the lists could be text, because they also come as CSV.
const api = createClient<paths, \`application/\${string}\`>({ baseUrl, headers: { 'X-User-Id': userId } });

const added = await api.POST('/courses', { body: { name: 'Generated', moduleIds: ['a', 'b'] } });
if (!added.data) throw new Error(added.error.detail);
const { courseId } = added.data;
const path = { courseId };

const body: components['schemas']['NewSession'] = { totalModulesStudied: 6, averageScore: 68.4, timeStudied: 280_000 };
const recorded = await api.POST('/courses/{courseId}', { params: { path }, body });
if (!recorded.data) throw new Error(recorded.error.detail);
const { sessionId } = recorded.data;
const again = await api.POST('/courses/{courseId}', { params: { path }, body: { sessionId, ...body } });
const { data: stats } = await api.GET('/courses/{courseId}', { params: { path } });
const average: number | null | undefined = stats?.averageScore;
const { data: history } = await api.GET('/courses/{courseId}/history', { params: { path, query: { interval: 'day' } } });
const { data: page } = await api.GET('/me/courses', { params: { query: { limit: 1 } } });
const { error } = await api.POST('/courses', { body: { name: 'Generated' } });
const gone = await api.DELETE('/courses/{courseId}/sessions/{sessionId}', { params: { path: { courseId, sessionId } } });
const { data: health } = await api.GET('/livez');

export async function misuse() {
  // @ts-expect-error The path does not exist.
  await api.GET('/course');
  // @ts-expect-error A path parameter is missing.
  await api.GET('/courses/{courseId}');
  // @ts-expect-error A field is misspelt.
  await api.POST('/courses', { body: { nmae: 'Generated' } });
  // @ts-expect-error A value has the wrong type.
  await api.PUT('/courses/{courseId}', { params: { path }, body: { name: 1 } });
  // @ts-expect-error The interval does not exist.
  await api.GET('/courses/{courseId}/history', { params: { path, query: { interval: 'year' } } });
  // @ts-expect-error The response does not have this field.
  return stats?.average;
}

console.log(JSON.stringify([
  added.response.status, recorded.response.status, again.response.status, average,
  history?.items.length, page?.items[0]?.name, error?.code, gone.response.status, health?.status,
]));
`;

const CONFIG = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    noEmit: false,
    allowImportingTsExtensions: false,
    rootDir: '.',
    outDir: 'out',
    skipLibCheck: false,
  },
  include: ['*.ts'],
};

test('A client generated from the OpenAPI document compiles in strict mode and works', async () => {
  await using service = await createService('sqlite');
  await using directory = await TestDirectory.create();
  await symlink(join(ROOT, 'node_modules'), join(directory.path, 'node_modules'), 'junction');
  await directory.write('package.json', JSON.stringify({ type: 'module' }));
  await directory.write('tsconfig.json', JSON.stringify(CONFIG));
  await directory.write('api.d.ts', await generateTypes(new URL('/openapi.json', service.url)));
  await directory.write('program.ts', PROGRAM);

  const compiled = await runNode([TSC, '-p', directory.path], { cwd: directory.path });
  assert.equal(compiled.code, 0, compiled.stdout + compiled.stderr);
  const argv = [join(directory.path, 'out/program.js'), service.url, newUserId()];
  const { code, stdout, stderr } = await runNode(argv);
  assert.equal(code, 0, stderr);
  const met = [201, 201, 200, 68.4, 1, 'Generated', 'course-name-taken', 204, 'ok'];
  assert.deepEqual(JSON.parse(stdout), met);
});
