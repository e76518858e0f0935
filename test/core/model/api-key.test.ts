import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { hashSecret, parseApiKey, SCOPES, type StatsError } from '../../../src/core/index.js';
import { apiKeySchemas, formatApiKey, newKeyParts } from '../../../src/core/model/api-key.js';
import { parseCall } from '../../../src/core/model/validation.js';

const COURSE = '7384c218-7413-5439-8a53-127d6e177480';
const OTHER = '00000000-0000-4000-8000-000000000001';
const schemas = apiKeySchemas(() => Date.parse('2026-11-22T10:00:00.000Z'));
const valid = { name: 'Reports', scopes: ['stats:read'] };

const parse = (key: unknown) => parseCall(schemas.create, { key }).key;

describe('the text of an API key', () => {
  test('A new key has an id of 16 digits and a secret of 32 bytes, different each time', () => {
    const keys = Array.from({ length: 1_000 }, newKeyParts);
    for (const parts of keys) {
      const text = formatApiKey(parts);
      assert.match(text, /^ssk_[0-9a-f]{16}_[0-9a-f]{64}$/);
      assert.deepEqual(parseApiKey(text), parts);
    }
    assert.equal(new Set(keys.map(({ keyId }) => keyId)).size, keys.length);
    assert.equal(new Set(keys.map(({ secret }) => secret)).size, keys.length);
  });

  test('Text of another form is not a key', () => {
    const text = formatApiKey(newKeyParts());
    const others = [
      '',
      'ssk_',
      text.slice(0, -1),
      `${text}0`,
      `${text}\n`,
      ` ${text}`,
      text.toUpperCase(),
      text.replace('ssk_', 'sk_'),
      text.replace(/_(?=[^_]*$)/, '-'),
      `${text.slice(0, -1)}g`,
      `ssk_${'0'.repeat(1_000_000)}`,
    ];
    for (const other of others) assert.equal(parseApiKey(other), undefined, other.slice(0, 100));
  });

  test('The hash of a secret is its SHA-256', () => {
    const expected = createHash('sha256').update('abc').digest('hex');
    assert.equal(hashSecret('abc').toString('hex'), expected);
    assert.equal(expected.slice(0, 8), 'ba7816bf');
  });
});

describe('the content of a new API key', () => {
  test('Names are trimmed, scopes and courses become sorted sets, and times are in UTC', () => {
    const key = parse({
      name: '  Reports 😀 ',
      scopes: ['stats:read', 'courses:write', 'stats:read'],
      courses: [COURSE.toUpperCase(), OTHER, COURSE],
      expiresAt: '2026-11-22T12:30:00+01:00',
    });
    assert.deepEqual(key, {
      name: 'Reports 😀',
      scopes: ['courses:write', 'stats:read'],
      courses: [OTHER, COURSE],
      expiresAt: '2026-11-22T11:30:00.000Z',
    });
  });

  test('Values at the limits are accepted', () => {
    assert.equal(parse({ ...valid, name: '😀'.repeat(100) }).name.length, 200);
    assert.deepEqual(parse({ ...valid, scopes: SCOPES }).scopes, SCOPES.toSorted());
    const courses = Array.from({ length: 100 }, () => crypto.randomUUID());
    assert.deepEqual(parse({ ...valid, courses }).courses, courses.toSorted());
    for (const expiresAt of ['2026-11-22T10:00:00.001Z', '2036-11-22T10:00:00.000Z']) {
      assert.equal(parse({ ...valid, expiresAt }).expiresAt, expiresAt);
    }
  });

  const invalid: readonly (readonly [what: string, key: unknown, pointer: string, detail: RegExp])[] = [
    ['no name', { scopes: ['admin'] }, '/name', /^is required and must be text of 1 to 100 characters/],
    ['an empty name', { ...valid, name: ' ' }, '/name', /1 to 100 characters/],
    ['a name of 101 characters', { ...valid, name: 'a'.repeat(101) }, '/name', /1 to 100 characters/],
    ['a line break in its name', { ...valid, name: 'a\nb' }, '/name', /without control characters/],
    ['an escape character in its name', { ...valid, name: 'a\u009bb' }, '/name', /control characters/],
    ['half a surrogate pair in its name', { ...valid, name: 'a\uD83D' }, '/name', /control characters/],
    ['no scopes', { name: 'a' }, '/scopes', /^is required and must be a list of at least one scope/],
    ['an empty list of scopes', { ...valid, scopes: [] }, '/scopes', /a key without scopes may do nothing$/],
    [
      'an unknown scope',
      { ...valid, scopes: ['all'] },
      '/scopes/0',
      /^is "all"; it must be one of stats:read/,
    ],
    ['an empty list of courses', { ...valid, courses: [] }, '/courses', /1 to 100 course ids; leave it out/],
    ['101 courses', { ...valid, courses: Array.from({ length: 101 }, () => COURSE) }, '/courses', /1 to 100/],
    ['an invalid course id', { ...valid, courses: ['x'] }, '/courses/0', /must be a UUID/],
    ['an expiry that is now', { ...valid, expiresAt: '2026-11-22T10:00:00Z' }, '/expiresAt', /in the future/],
    ['an expiry in 11 years', { ...valid, expiresAt: '2037-11-22T10:00:00Z' }, '/expiresAt', /most 10 years/],
    ['an expiry without offset', { ...valid, expiresAt: '2027-11-22T10:00:00' }, '/expiresAt', /RFC 3339/],
    ['an unknown field', { ...valid, admin: true }, '/admin', /^is not a known field$/],
  ];
  for (const [what, key, pointer, detail] of invalid) {
    test(`A key with ${what} is rejected`, () => {
      assert.throws(
        () => parse(key),
        ({ code, faults: [fault, ...others] }: StatsError) => {
          assert.equal(code, 'invalid-request');
          assert.ok(fault && 'pointer' in fault && others.length === 0);
          assert.equal(fault.pointer, pointer);
          assert.match(fault.detail, detail);
          return true;
        },
      );
    });
  }
});
