import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ActivityDays } from '../../../src/core/model/activity-days.js';
import { toLearnerActivity, type DaySums } from '../../../src/core/model/learner-activity.js';
import { activityCase, expectedActivity, RARE_CASES } from '../../support/activity-oracle.js';

const DAY = 86_400_000;

test('Days and streaks near unusual clock changes equal those that Temporal computes date by date', () => {
  const property = fc.property(activityCase, (asked) => {
    const { timeZone, dayStart, now, sessions } = asked;
    const times = sessions.map(({ completedAt }) => Date.parse(completedAt));
    const days = new ActivityDays({ timeZone, dayStart, first: Math.min(now, ...times), now });
    const { pieces, end } = days;
    const { start, end: stop } = days.range(asked);
    const sums = new Map<number, DaySums>();
    for (const { completedAt, totalModulesStudied, timeStudied } of sessions) {
      const time = Date.parse(completedAt);
      if (time >= end) continue;
      // As in SQL.
      const piece = pieces.findLast((each) => each.start <= time);
      assert.ok(piece);
      const day = Math.floor((time + piece.shift) / DAY);
      const before = sums.get(day) ?? { day, sessionCount: 0, totalModulesStudied: 0, timeStudied: 0 };
      const isListed = time >= start && time < stop;
      sums.set(day, {
        day,
        sessionCount: before.sessionCount + Number(isListed),
        totalModulesStudied: before.totalModulesStudied + (isListed ? totalModulesStudied : 0),
        timeStudied: before.timeStudied + (isListed ? timeStudied : 0),
      });
    }
    const sorted = Array.from(sums.values()).toSorted((a, b) => a.day - b.day);
    const activity = { timeZone, dayStart, ...toLearnerActivity(sorted, days) };
    assert.deepEqual(activity, expectedActivity(asked));
  });
  fc.assert(property, { numRuns: 400, examples: RARE_CASES.map((asked) => [asked]) });
});
