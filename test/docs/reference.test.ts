import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRORS } from '../../src/core/index.js';
import { callSchemas } from '../../src/core/model/calls.js';
import { newSessionSchema, sessionSchema } from '../../src/core/model/session.js';
import { courseSchema } from '../../src/core/model/course.js';
import { enrolmentSchema } from '../../src/core/model/enrolment.js';
import { lifetimeStatsSchema } from '../../src/core/model/lifetime.js';

const read = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
const reference = read('reference.md');

test('`docs/reference.md` lists every field', () => {
  const schemas = [
    newSessionSchema(Date.now),
    sessionSchema,
    courseSchema,
    enrolmentSchema,
    lifetimeStatsSchema,
  ];
  const fields = new Set(schemas.flatMap(({ shape }) => Object.keys(shape)));
  assert.ok(fields.size > 10);
  for (const field of fields) assert.ok(reference.includes(`\`${field}\``), field);
});

test('`docs/reference.md` lists every call', () => {
  for (const call of Object.keys(callSchemas(Date.now))) assert.ok(reference.includes(`| \`${call}(`), call);
});

test('Every error code is in `docs/reference.md` or `docs/http.md`', () => {
  for (const code of Object.keys(ERRORS)) {
    assert.ok(`${reference}${read('http.md')}`.includes(`| \`${code}\``), code);
  }
});
