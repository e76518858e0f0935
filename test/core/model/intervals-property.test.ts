import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { IntervalName } from '../../../src/core/model/history.js';
import { intervalsBetween } from '../../../src/core/model/intervals.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTHS = { day: DAY, week: 7 * DAY, month: 30.5 * DAY };
const NAMES = ['day', 'week', 'month'] as const;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Zones with an unusual change, and the time of the change. */
const UNUSUAL_CHANGES = [
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Pacific/Kwajalein', '1993-08-21T12:00:00Z'],
  ['Pacific/Kiritimati', '1994-12-31T10:00:00Z'],
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  ['America/St_Johns', '2006-10-29T02:31:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30:00Z'],
  ['Pacific/Chatham', '2026-09-26T14:00:00Z'],
  ['Africa/Monrovia', '1972-01-07T00:44:30Z'],
  ['Africa/Casablanca', '2024-03-10T02:00:00Z'],
  ['Africa/Cairo', '2010-08-10T21:00:00Z'],
  ['Asia/Gaza', '2011-08-01T00:00:00Z'],
  ['Asia/Pyongyang', '2018-05-04T15:00:00Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
  ['America/Caracas', '2016-05-01T07:00:00Z'],
] as const;

const name = fc.constantFrom(...NAMES);
const amount = fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 1_001 }));

function asked(interval: IntervalName, timeZone: string, start: string, end: string) {
  const begin = Temporal.Instant.from(start).toZonedDateTimeISO(timeZone).toPlainDate();
  const back = { day: 0, week: begin.dayOfWeek - 1, month: begin.day - 1 };
  let date = begin.subtract({ days: back[interval] });
  const found = [];
  const [from, to] = [Date.parse(start), Date.parse(end)];
  let next = date.toZonedDateTime(timeZone);
  while (date.year <= 9999 && next.epochMilliseconds < to) {
    const first = next;
    date = date.add({ [`${interval}s`]: 1 });
    next = date.toZonedDateTime(timeZone);
    const [opening, closing] = [first.epochMilliseconds, next.epochMilliseconds];
    if (closing <= from || closing === opening) continue;
    found.push({
      label: first.toString({ timeZoneName: 'never' }),
      start: iso(Math.max(opening, from)),
      end: iso(Math.min(closing, to)),
    });
  }
  return found;
}

function iso(time: number): string {
  return new Date(Math.min(time, LAST)).toISOString();
}

function assertSame(interval: IntervalName, timeZone: string, begin: number, end: number): void {
  const [start, stop] = [iso(Math.max(begin, 0)), iso(end)];
  if (start >= stop) return;
  const expected = asked(interval, timeZone, start, stop);
  const find = () => intervalsBetween(interval, timeZone, { start, end: stop });
  if (expected.length > 1_000) assert.throws(find, { code: 'invalid-request' });
  else assert.deepEqual(find(), expected, `${interval} ${timeZone} ${start} ${stop}`);
}

describe('intervals compared with Temporal', () => {
  test('Intervals in random zones equal those that Temporal computes date by date', () => {
    const instant = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: Date.UTC(2050, 0) }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 * DAY }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: LAST }) },
      { weight: 1, arbitrary: fc.integer({ min: LAST - 400 * DAY, max: LAST }) },
    );
    const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'UTC');
    const property = fc.property(name, zone, instant, amount, (interval, timeZone, begin, length) => {
      assertSame(interval, timeZone, begin, begin + 1 + length * LENGTHS[interval]);
    });
    fc.assert(property, { numRuns: 125 });
  });

  test('Intervals around unusual zone changes equal those that Temporal computes', () => {
    const beside = fc.oneof(
      fc.integer({ min: -5 * DAY, max: 5 * DAY }),
      fc.integer({ min: -240, max: 240 }).map((halves) => (halves * HOUR) / 2),
    );
    const property = fc.property(
      name,
      fc.constantFrom(...UNUSUAL_CHANGES),
      beside,
      amount,
      (interval, odd, from, length) => {
        const [timeZone, change] = odd;
        const begin = Date.parse(change) + from;
        assertSame(interval, timeZone, begin, begin + 1 + length * LENGTHS[interval]);
        assertSame(interval, timeZone, begin - length * LENGTHS[interval], begin + 1);
      },
    );
    fc.assert(property, { numRuns: 125 });
  });
});
