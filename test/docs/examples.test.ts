import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { codeBlocks } from '../support/markdown.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Inside the package, so that it can be imported by its own name; beside what is built, so that git ignores it. */
const FOLDER = join(ROOT, 'dist', 'examples');

/** Names that an example may use without importing or declaring them. */
const PRELUDE = `
import { backUp, diagnose, exportSessions, openStats, toUserId, verify, type CourseId, type Stats, type UserId } from 'stats-service';
import { connectStats } from 'stats-service/client';
import { createListener, Metrics, serve } from 'stats-service/server';
declare const stats: Stats, userId: UserId, courseId: CourseId;
`;

test('The examples in docstrings, the README and `docs/library.md` compile with the built package', () => {
  const examples = [...docstringExamples(), ...pageExamples()];
  assert.ok(examples.length > 5);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const [index, source] of examples.entries())
    writeFileSync(join(FOLDER, `example-${index}.ts`), source);
  writeFileSync(
    join(FOLDER, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: { noUnusedLocals: false, rootDir: '../..' },
      include: ['.'],
    }),
  );
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', FOLDER], { encoding: 'utf8' });
  rmSync(FOLDER, { recursive: true });
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
  return ['../../README.md', '../../docs/library.md']
    .flatMap((page) => codeBlocks(new URL(page, import.meta.url)))
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code);
}

/** An example may declare what the prelude declares too: its own counts. */
function withPrelude(example: string): string {
  const lines = example.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import '));
  return [PRELUDE, ...imports, 'export async function example() {', ...body, '}'].join('\n');
}
