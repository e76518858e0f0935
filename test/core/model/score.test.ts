import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { fromUnits, scoreSchema, toUnits } from '../../../src/core/model/score.js';
import { unitsOf } from '../../support/oracle.js';

describe('rounding of a score', () => {
  const cases: readonly [given: number, stored: number][] = [
    [68.4, 68.4],
    [66.66666666666667, 66.6667],
    [33.333333333333336, 33.3333],
    // One of the binary fractions is above the half, the other below it.
    [1.00005, 1.0001],
    [1.00015, 1.0002],
    [0.00005, 0.0001],
    [0.000049999999999999, 0],
    [1.23444999999, 1.2344],
    [1e-7, 0],
    [9.5e-7, 0],
    [5e-324, 0],
    [0.00009, 0.0001],
    [9.99995, 10],
    [999_999.99995, 1_000_000],
    [999_999.99994, 999_999.9999],
    [1_000_000, 1_000_000],
    [0, 0],
    [-0, 0],
  ];
  for (const [given, stored] of cases) {
    test(`A score of ${Object.is(given, -0) ? '-0' : given} is stored as ${stored}`, () => {
      // Strict equality distinguishes 0 from -0.
      assert.equal(scoreSchema.parse(given), stored);
    });
  }
});

const anyScore = fc.double({ min: 0, max: 1_000_000, noNaN: true });
/** Decimals at exactly the half, which would round incorrectly by their binary fractions. */
const halfway = fc
  .tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 0, max: 9_999 }))
  .map(([whole, fraction]) => Number(`${whole}.${fraction.toString().padStart(4, '0')}5`));
const fourDecimals = fc.integer({ min: 0, max: 10_000_000_000 }).map((units) => units / 10_000);
const score = fc.oneof(anyScore, halfway, fourDecimals);

test('The rounding of a score to 4 decimals agrees with exact arithmetic', () => {
  fc.assert(
    fc.property(score, (given) => {
      assert.equal(BigInt(toUnits(given)), unitsOf(given, 4));
    }),
    { numRuns: 5_000 },
  );
});

test('A rounded score does not change when it is rounded again', () => {
  fc.assert(
    fc.property(score, (given) => {
      const stored = scoreSchema.parse(given);
      assert.equal(scoreSchema.parse(stored), stored);
      assert.equal(stored === null ? null : fromUnits(toUnits(stored)), stored);
    }),
  );
});

test('A score outside its bounds is rejected, however small the excess', () => {
  for (const given of [-1e-9, -1, 1_000_000.0000001, 1e21, Infinity, -Infinity, NaN]) {
    assert.equal(scoreSchema.safeParse(given).success, false, String(given));
  }
});
