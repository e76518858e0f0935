import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boundSchema, completedAtSchema } from '../../../src/core/model/time.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const schema = completedAtSchema(() => NOW);

describe('valid completion times', () => {
  const cases: readonly [given: string, stored: string][] = [
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22t10:00:00z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.5Z', '2026-11-22T10:00:00.500Z'],
    ['2026-11-22T10:00:00+05:30', '2026-11-22T04:30:00.000Z'],
    ['2026-11-22T10:00:00-00:00', '2026-11-22T10:00:00.000Z'],
    ['2026-11-20T23:30:00-23:59', '2026-11-21T23:29:00.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
    // The date in UTC differs from the local date.
    ['2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['1970-01-01T01:00:00+01:00', '1970-01-01T00:00:00.000Z'],
  ];
  for (const [given, stored] of cases) {
    test(`A completion at ${given} is stored as ${stored}`, () => assert.equal(schema.parse(given), stored));
  }
});

describe('fractions of a second', () => {
  const cases: readonly [fraction: string, stored: string][] = [
    ['0009', '000'],
    ['9999', '999'],
    ['001999999', '001'],
    ['99999999999999999999', '999'],
    ['0012345678', '001'],
    ['001234567890', '001'],
    ['000000000999', '000'],
  ];
  for (const [fraction, stored] of cases) {
    test(`A completion with the fraction .${fraction} is stored with .${stored}`, () => {
      assert.equal(schema.parse(`2026-11-22T09:00:00.${fraction}Z`), `2026-11-22T09:00:00.${stored}Z`);
    });
  }
});

describe('invalid completion times', () => {
  const cases = [
    '2026-11-22T10:00:00',
    '2026-11-22',
    '2026-11-22 10:00:00Z',
    '2026-11-22T10:00Z',
    '2026-11-22T10:00:00.Z',
    '2026-11-22T10:00:00+0530',
    '2026-11-22T10:00:00+05',
    '2026-11-22T10:00:00+24:00',
    '2026-11-22T10:00:00+05:60',
    '2026-11-22T24:00:00Z',
    '2026-11-22T10:60:00Z',
    '2026-13-22T10:00:00Z',
    '2026-00-22T10:00:00Z',
    '2026-11-00T10:00:00Z',
    '2026-02-30T10:00:00Z',
    '2026-02-29T10:00:00Z',
    '1900-02-29T10:00:00Z',
    '2026-04-31T10:00:00Z',
    '+002026-11-22T10:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59Z',
    '2026-11-22T10:00:00Z\n',
    ' 2026-11-22T10:00:00Z',
    '２０２６-11-22T10:00:00Z',
    '',
  ];
  for (const given of cases) {
    test(`The time "${given}" is rejected`, () => assert.equal(schema.safeParse(given).success, false));
  }
  for (const given of [NOW, new Date(NOW), null]) {
    test(`The time ${String(given)} is rejected`, () => assert.equal(schema.safeParse(given).success, false));
  }
});

test('A completion is rejected if it is more than 24 hours ahead of the clock, to the millisecond', () => {
  assert.equal(schema.parse('2026-11-23T10:00:00.000Z'), '2026-11-23T10:00:00.000Z');
  assert.equal(schema.parse('2026-11-23T15:30:00.000+05:30'), '2026-11-23T10:00:00.000Z');
  assert.equal(schema.safeParse('2026-11-23T10:00:00.001Z').success, false);
  assert.equal(schema.safeParse('2026-11-23T09:00:00.001-01:00').success, false);
});

test('The limit for completions in the future follows the clock at each check', () => {
  let now = NOW;
  const moving = completedAtSchema(() => now);
  assert.equal(moving.safeParse('2026-11-23T10:00:00.001Z').success, false);
  now += 1;
  assert.equal(moving.safeParse('2026-11-23T10:00:00.001Z').success, true);
});

test('A completion after the year 9999 in UTC is rejected', () => {
  const atTheEnd = completedAtSchema(() => Date.parse('9999-12-31T20:00:00Z'));
  assert.equal(atTheEnd.parse('9999-12-31T23:59:59.999Z'), '9999-12-31T23:59:59.999Z');
  assert.equal(atTheEnd.safeParse('9999-12-31T23:59:59-01:00').success, false);
});

test('A bound of a range may be any real time and is clamped to the times of sessions', () => {
  assert.equal(boundSchema.parse('2026-11-22T10:00:00+01:00'), '2026-11-22T09:00:00.000Z');
  assert.equal(boundSchema.parse('1815-12-10T00:00:00Z'), '1970-01-01T00:00:00.000Z');
  assert.equal(boundSchema.parse('0000-01-01T00:00:00+23:59'), '1970-01-01T00:00:00.000Z');
  assert.equal(boundSchema.parse('9999-12-31T23:59:59-23:59'), '9999-12-31T23:59:59.999Z');
  assert.equal(boundSchema.safeParse('2026-02-30T00:00:00Z').success, false);
  assert.equal(boundSchema.safeParse('2026-11-22T10:00:00').success, false);
});
