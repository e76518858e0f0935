import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { nearestQuotient } from '../../../src/core/model/quotient.js';

/** Every finite double is a whole multiple of 2^-1074. */
const SCALE = 1074n;
const FRACTION_BITS = 52n;

const bitsOf = (value: number) => new DataView(new Float64Array([value]).buffer).getBigUint64(0, true);
const doubleOf = (bits: bigint) => new Float64Array(new BigUint64Array([bits]).buffer)[0] ?? NaN;

/** Returns a non-negative double in units of 2^-1074, from its bits. */
function scaled(value: number): bigint {
  const bits = bitsOf(value);
  const exponent = bits >> FRACTION_BITS;
  const fraction = bits & ((1n << FRACTION_BITS) - 1n);
  return exponent === 0n ? fraction : (fraction | (1n << FRACTION_BITS)) << (exponent - 1n);
}

/** Returns the exact distance of a double from the quotient, multiplied by the divisor and 2^1074. */
function distance(value: number, dividend: bigint, divisor: bigint): bigint {
  const difference = scaled(value) * divisor - (dividend << SCALE);
  return difference < 0n ? -difference : difference;
}

function assertNearest(dividend: bigint, divisor: bigint): void {
  const quotient = nearestQuotient(dividend, divisor);
  const bits = bitsOf(quotient);
  const own = distance(quotient, dividend, divisor);
  const neighbours = [doubleOf(bits + 1n), ...(bits === 0n ? [] : [doubleOf(bits - 1n)])];
  for (const neighbour of neighbours) {
    const other = distance(neighbour, dividend, divisor);
    assert.ok(own <= other, `${dividend}/${divisor} is nearer to ${neighbour} than to ${quotient}`);
    if (own === other) assert.equal(bits & 1n, 0n, `${dividend}/${divisor} is a tie, ${quotient} is odd`);
  }
}

test('The average of lifetime sums is the double nearest to the exact quotient', () => {
  const sum = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
  const modules = fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }).map((count) => count * 10_000n);
  fc.assert(fc.property(sum, modules, assertNearest), { numRuns: 5_000 });
});

test('The quotient of integers of any size is the double nearest to the exact quotient', () => {
  const dividend = fc.bigInt({ min: 0n, max: 2n ** 200n });
  const divisor = fc.bigInt({ min: 1n, max: 2n ** 200n });
  fc.assert(fc.property(dividend, divisor, assertNearest), { numRuns: 2_000 });
});

test('A tie between two doubles goes to the even one, and any remainder decides a near tie', () => {
  const mantissa = fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 2n });
  const divisor = fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n });
  fc.assert(
    fc.property(mantissa, divisor, fc.constantFrom(-1n, 0n, 1n), (even, half, remainder) => {
      assertNearest((2n * even + 1n) * half + remainder, 2n * half);
    }),
    { numRuns: 2_000 },
  );
});

test('A quotient of sums beyond 2^53 is computed from all of their digits', () => {
  assert.equal(nearestQuotient(9_007_199_254_740_993n * 10n, 10n), 9_007_199_254_740_992);
  assert.equal(nearestQuotient(9_007_199_254_740_995n * 10n, 10n), 9_007_199_254_740_996);
  assert.equal(nearestQuotient(2n ** 63n - 1n, 2n ** 53n - 1n), 1024);
  assert.equal(nearestQuotient(0n, 2n ** 60n), 0);
});
