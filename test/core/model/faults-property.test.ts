import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { StatsError } from '../../../src/core/index.js';
import { callSchemas } from '../../../src/core/model/calls.js';
import { parseCall } from '../../../src/core/model/validation.js';

const schemas = callSchemas(() => Date.parse('2026-11-22T10:00:00.000Z'));

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withNullPrototype: true,
  withSparseArray: true,
});

/** Generates values close enough to a session to reach every check. */
const session = fc.record(
  {
    sessionId: fc.oneof(anything, fc.uuid()),
    totalModulesStudied: fc.oneof(anything, fc.nat()),
    averageScore: fc.oneof(anything, fc.double()),
    timeStudied: fc.oneof(anything, fc.nat()),
    completedAt: fc.oneof(anything, fc.string()),
    more: anything,
  },
  { requiredKeys: [] },
);

const call = fc.record(
  { userId: fc.uuid(), courseId: fc.uuid(), session, cursor: anything, limit: anything },
  { requiredKeys: ['userId', 'courseId'] },
);

test('Any call is either accepted or rejected with validation errors, whatever it carries', () => {
  const name = fc.constantFrom('recordSession', 'putSession', 'listSessions');
  fc.assert(
    fc.property(fc.oneof(anything, call), name, (given, checked) => {
      try {
        parseCall<unknown>(schemas[checked], given);
      } catch (error) {
        assert.ok(error instanceof StatsError);
        assert.equal(error.code, 'invalid-request');
        assert.notEqual(error.faults.length, 0);
      }
    }),
    { numRuns: 2_000 },
  );
});
