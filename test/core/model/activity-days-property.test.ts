import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { ActivityDays } from '../../../src/core/model/activity-days.js';
import { activityCase } from '../../support/activity-oracle.js';

const DAY = 86_400_000;

test('The days of a long history are few pieces, which number the days from the first to today', () => {
  const property = fc.property(
    activityCase,
    fc.nat({ max: 20 * 365 }),
    ({ timeZone, dayStart, now }, age) => {
      const first = now - age * DAY;
      const days = new ActivityDays({ timeZone, dayStart, first, now });
      const { pieces, end, today } = days;
      const starts = pieces.map(({ start }) => start);
      assert.deepEqual(
        starts,
        Array.from(new Set(starts)).toSorted((a, b) => a - b),
      );
      assert.ok((starts[0] ?? end) <= first && now < end);
      // A change of the clock makes at most one long day and the days around it different.
      assert.ok(pieces.length <= 1 + 3 * changesBetween(timeZone, first - 2 * DAY, end));

      // As in SQL.
      const positionOf = (time: number) => {
        const piece = pieces.findLast(({ start }) => start <= time);
        return piece && Math.floor((time + piece.shift) / DAY);
      };
      assert.deepEqual(
        [positionOf(starts[0] ?? end), positionOf(now), positionOf(end - 1)],
        [0, today, today],
      );
      for (const start of starts.slice(1)) {
        const step = (positionOf(start) ?? 0) - (positionOf(start - 1) ?? 0);
        assert.ok(step === 0 || step === 1);
      }
    },
  );
  fc.assert(property, { numRuns: 100 });
});

function changesBetween(timeZone: string, from: number, until: number): number {
  let changes = 0;
  let change = Temporal.Instant.fromEpochMilliseconds(from)
    .toZonedDateTimeISO(timeZone)
    .getTimeZoneTransition('next');
  while (change && change.epochMilliseconds < until) {
    changes++;
    change = change.getTimeZoneTransition('next');
  }
  return changes;
}
