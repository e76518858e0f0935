import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { codeBlocks } from '../support/markdown.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, which examples import by name, and in `dist`, which git ignores. */
const EXAMPLES = join(ROOT, 'dist', 'examples');

/** Declares the names that examples use without importing or declaring them. */
const PRELUDE = `
import { backUp, deriveId, diagnose, exportEnrolments, exportSessions, openStats, purgeCourse, toUserId, verify, type CourseId, type Stats, type UserId } from 'stats-service';
import { connectStats } from 'stats-service/client';
import { createListener, Metrics, serve } from 'stats-service/server';
declare const stats: Stats, userId: UserId, courseId: CourseId;
`;

test('The examples in docstrings, the README, `docs/library.md` and `docs/platform.md` compile with the built package', () => {
  const examples = [...docstringExamples(), ...pageExamples()];
  assert.ok(examples.length > 5);
  rmSync(EXAMPLES, { recursive: true, force: true });
  mkdirSync(EXAMPLES, { recursive: true });
  for (const [index, source] of examples.entries())
    writeFileSync(join(EXAMPLES, `example-${index}.ts`), source);
  writeFileSync(
    join(EXAMPLES, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false, rootDir: '../..' },
      include: ['.'],
    }),
  );
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', EXAMPLES], { encoding: 'utf8' });
  rmSync(EXAMPLES, { recursive: true });
  assert.equal(status, 0, stdout);
});

function docstringExamples(): string[] {
  return readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => Array.from(readFileSync(join(ROOT, 'src', file), 'utf8').matchAll(/\/\*\*.*?\*\//gs)))
    .flatMap(([docstring]) => Array.from(docstring.matchAll(/@example\n(.*?)(?=\n\s*\* @|\s*\*\/)/gs)))
    .map(([, example = '']) => withPrelude(example.replaceAll(/^\s*\* ?/gm, '')));
}

function pageExamples(): string[] {
  return ['../../README.md', '../../docs/library.md', '../../docs/platform.md']
    .flatMap((page) => codeBlocks(new URL(page, import.meta.url)))
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code);
}

/** Adds the prelude. A declaration of the example overrides that of the prelude. */
function withPrelude(example: string): string {
  const lines = example.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import '));
  return [PRELUDE, ...imports, 'export async function example() {', ...body, '}'].join('\n');
}
