import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toCourseId, toSessionId, toUserId } from '../../../src/core/index.js';
import { newCourseId, newSessionId } from '../../../src/core/model/ids.js';

const LOWER = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';

describe('valid ids', () => {
  const cases = [
    LOWER,
    LOWER.toUpperCase(),
    '7C7b7D42-fF2f-57e0-B43E-bdac13420b81',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
  ];
  for (const given of cases) {
    test(`The id ${given} is read in lower case`, () => assert.equal(toUserId(given), given.toLowerCase()));
  }
});

describe('invalid ids', () => {
  const cases = [
    LOWER.replaceAll('-', ''),
    `{${LOWER}}`,
    `urn:uuid:${LOWER}`,
    ` ${LOWER}`,
    `${LOWER}\n`,
    `${LOWER}0`,
    LOWER.slice(1),
    LOWER.replace('7', 'g'),
    LOWER.replace('7', '７'),
    '7c7b7d42f-f2f-57e0-b43e-bdac13420b81',
    '',
  ];
  for (const given of cases) {
    test(`The id ${JSON.stringify(given)} is rejected`, () =>
      assert.throws(() => toUserId(given), { name: 'StatsError', code: 'invalid-request' }));
  }
});

test('The validation error of an id names its parameter', () => {
  const detail = 'is "x"; it must be a UUID: 8-4-4-4-12 hexadecimal digits';
  assert.throws(() => toUserId('x'), { faults: [{ parameter: 'userId', detail }] });
  assert.throws(() => toCourseId('x'), { faults: [{ parameter: 'courseId', detail }] });
  assert.throws(() => toSessionId('x'), {
    faults: [{ parameter: 'sessionId', detail }],
    message: `sessionId ${detail}.`,
  });
});

test('New session ids are unique UUIDs of version 7 in ascending order', () => {
  const ids = Array.from({ length: 1_000 }, () => newSessionId());
  for (const id of [...ids, newCourseId()]) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids, ids.toSorted());
});
