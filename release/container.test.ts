import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { parse } from 'yaml';
import * as z from 'zod';
import { ROOT } from './support/npm.js';

const composeSchema = z.object({
  services: z.object({
    database: z.object({ image: z.string(), volumes: z.array(z.string()) }),
    service: z.object({
      read_only: z.literal(true),
      cap_drop: z.tuple([z.literal('ALL')]),
      security_opt: z.tuple([z.literal('no-new-privileges:true')]),
      ports: z.array(z.string().startsWith('127.0.0.1:')),
    }),
  }),
  volumes: z.object({ database: z.null() }),
});

test('The Dockerfile passes its linter', () => {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  assert.deepEqual(validate(text, { instructionWorkdirRelative: ValidationSeverity.ERROR }), []);
});

test('compose.yaml listens on localhost only, drops all capabilities and keeps the data in a volume', () => {
  const compose = parse(readFileSync(join(ROOT, 'compose.yaml'), 'utf8'));
  const { database } = composeSchema.parse(compose).services;
  // Since version 18 the image stores the data in a subdirectory per version.
  assert.match(database.image, /^postgres:18/);
  assert.deepEqual(database.volumes, ['database:/var/lib/postgresql']);
});
