import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  linear,
  roundStep,
  shareOf,
  ticksBetween,
  timeStep,
  wholeStep,
} from '../../../src/core/model/scale.js';

const HOUR = 3_600_000;
/** The seconds and minutes that divide a minute and an hour. */
const TIMES = new Set([1, 2, 5, 10, 15, 30].flatMap((count) => [count * 1_000, count * 60_000]));

function isRound(step: number): boolean {
  const digits = step.toExponential(9).split('e')[0];
  return ['1.000000000', '2.000000000', '2.500000000', '5.000000000'].includes(digits ?? '');
}

const kinds = {
  round: { stepAbove: roundStep, isNatural: isRound },
  whole: { stepAbove: wholeStep, isNatural: (step: number) => isRound(step) && Number.isInteger(step) },
  time: {
    stepAbove: timeStep,
    isNatural: (step: number) => TIMES.has(step) || (isRound(step / HOUR) && step % HOUR === 0),
  },
};

for (const [kind, { stepAbove, isNatural }] of Object.entries(kinds)) {
  test(`The ticks of a ${kind} scale are natural, few, and reach beyond the values by less than a step`, () => {
    const scores = fc.integer({ min: 0, max: 10 ** 10 }).map((value) => value / 10_000);
    const value = fc.oneof(fc.integer({ min: 0, max: 10 ** 15 }), fc.nat({ max: 1_000 }), scores);
    fc.assert(
      fc.property(value, value, fc.integer({ min: 3, max: 12 }), (one, other, atMost) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        fc.pre(high === 0 || high - low > high * 1e-6);
        const ticks = ticksBetween(low, high, atMost, stepAbove);
        const [first = 0, second = 0] = ticks;
        const last = ticks.at(-1) ?? 0;
        const step = Number((second - first).toPrecision(9));
        assert.ok(ticks.length >= 2 && ticks.length <= atMost, `${ticks.length} ticks`);
        assert.ok(isNatural(step), `step ${step}`);
        const slack = step * 1e-3;
        assert.ok(first <= low + slack && first > low - step - slack, `first ${first}`);
        assert.ok(last >= high - slack, `last ${last}`);
        for (const [index, tick] of ticks.entries()) {
          assert.ok(Math.abs(tick - first - index * step) <= slack + tick * 1e-8, `tick ${tick}`);
        }
      }),
      { numRuns: 500 },
    );
  });
}

test('Ticks have no rounding errors, and a range without extent has an axis', () => {
  assert.deepEqual(ticksBetween(0, 0.3, 5, roundStep), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(ticksBetween(64.8, 72, 5, roundStep), [64, 66, 68, 70, 72]);
  assert.deepEqual(ticksBetween(0, 0, 5, wholeStep), [0, 1]);
  assert.deepEqual(ticksBetween(0, 9, 5, wholeStep), [0, 5, 10]);
  assert.deepEqual(
    ticksBetween(0, 100 * 60_000, 5, timeStep),
    [0, 30, 60, 90, 120].map((min) => min * 60_000),
  );
});

test('A share is 0 to 1, also of zeros', () => {
  assert.deepEqual([0, 5, 10].map(shareOf([10, 5])), [0, 0.5, 1]);
  assert.equal(shareOf([0, 0])(0), 0);
  assert.equal(linear(60, 80)(75), 0.75);
});
