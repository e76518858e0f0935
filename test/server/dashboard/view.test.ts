import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toInstant } from '../../../src/core/model/time.js';
import { lastIntervals, rangeOf, sinceFirst } from '../../../src/server/dashboard/view.js';
import { Zone } from '../../../src/server/dashboard/zone.js';

const DAY = 86_400_000;
/** A Sunday. */
const NOW = Date.parse('2026-11-22T10:00:00Z');

test('A page says how long ago a day of its zone was', () => {
  const tokyo = new Zone('Asia/Tokyo', NOW);
  assert.equal(tokyo.ago('2026-11-21T15:00:00Z'), 'today');
  assert.equal(tokyo.ago('2026-11-21T14:59:59Z'), 'yesterday');
  const rows: readonly (readonly [days: number, text: string])[] = [
    [-1, 'today'],
    [2, '2 days ago'],
    [59, '59 days ago'],
    [60, '2 months ago'],
    [89, '2 months ago'],
    [90, '3 months ago'],
    [729, '24 months ago'],
    [730, '2 years ago'],
    [1_095, '3 years ago'],
  ];
  for (const [days, text] of rows) {
    assert.equal(new Zone('UTC', NOW).ago(toInstant(NOW - days * DAY)), text, String(days));
  }
});

test('A range of days names its month once, and both months across their end', () => {
  const zone = new Zone('Europe/London', NOW);
  const days = (first: string, last: string) => zone.days(Date.parse(first), Date.parse(last));
  assert.deepEqual(
    [
      days('2026-11-16T00:00:00Z', '2026-11-22T10:00:00Z'),
      days('2026-11-30T00:00:00Z', '2026-12-06T23:59:59Z'),
      days('2026-12-28T00:00:00Z', '2027-01-03T00:00:00Z'),
      days('2026-11-22T00:00:00Z', '2026-11-22T10:00:00Z'),
      // Midnight of summer time.
      days('2026-05-31T23:00:00Z', '2026-06-07T22:59:59Z'),
    ],
    ['16 to 22 Nov', '30 Nov to 6 Dec', '28 Dec to 3 Jan', '22 Nov', '1 to 7 Jun'],
  );
});

test('A chart has 28 days, 16 weeks or 12 months up to the end of the current one, or the chosen days', () => {
  const range = (
    interval: 'day' | 'week' | 'month',
    timeZone: string,
    chosen: { readonly from?: string; readonly to?: string } = {},
    now = NOW,
  ) => Object.values(rangeOf({ zone: new Zone(timeZone, now), interval, ...chosen }, now));
  const rows: readonly (readonly [actual: unknown[], from: string, to: string])[] = [
    [range('day', 'UTC'), '2026-10-26T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    [range('week', 'UTC'), '2026-08-03T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    [range('month', 'UTC'), '2025-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    // Summer time ended on 1 November.
    [range('day', 'America/St_Johns'), '2026-10-26T02:30:00.000Z', '2026-11-23T03:30:00.000Z'],
    [range('week', 'America/St_Johns'), '2026-08-03T02:30:00.000Z', '2026-11-23T03:30:00.000Z'],
    // Monday 07:30 in Auckland.
    [
      range('week', 'Pacific/Auckland', {}, Date.parse('2026-11-22T18:30:00Z')),
      '2026-08-09T12:00:00.000Z',
      '2026-11-29T11:00:00.000Z',
    ],
    [
      range('week', 'America/St_Johns', { from: '2026-10-01', to: '2026-11-22' }),
      '2026-10-01T02:30:00.000Z',
      '2026-11-23T03:30:00.000Z',
    ],
    [range('week', 'UTC', { from: '2026-11-18' }), '2026-11-18T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    [range('week', 'UTC', { to: '2026-10-31' }), '2026-07-13T00:00:00.000Z', '2026-11-01T00:00:00.000Z'],
    [range('month', 'UTC', { to: '2026-03-31' }), '2025-04-01T00:00:00.000Z', '2026-04-01T00:00:00.000Z'],
  ];
  for (const [actual, from, to] of rows) assert.deepEqual(actual, [from, to]);
  assert.deepEqual(lastIntervals('week', 'UTC', 3, NOW), {
    from: '2026-11-02T00:00:00.000Z',
    to: '2026-11-23T00:00:00.000Z',
  });
  // 28 days of February are less than the longest month.
  assert.deepEqual(lastIntervals('month', 'UTC', 2, Date.parse('2027-02-01T00:00:00Z')), {
    from: '2027-01-01T00:00:00.000Z',
    to: '2027-03-01T00:00:00.000Z',
  });
});

test('A chart begins with the first session, but has at least 8 intervals', () => {
  const weeks = Array.from({ length: 16 }, (_, index) => ({
    start: toInstant(Date.parse('2026-08-03T00:00:00Z') + index * 7 * DAY),
  }));
  const count = (first: string | null, items = weeks, view = {}) => sinceFirst(items, view, first).length;
  assert.deepEqual(
    [
      count('2020-01-01T00:00:00Z'),
      count('2026-08-10T00:00:00.000Z'),
      count('2026-08-16T23:59:59.999Z'),
      count('2026-11-22T09:00:00Z'),
      count(null),
      count('2026-11-22T09:00:00Z', weeks, { from: '2026-08-03' }),
      count('2026-11-22T09:00:00Z', weeks.slice(-5)),
    ],
    [16, 15, 15, 8, 16, 16, 5],
  );
  assert.deepEqual(sinceFirst(weeks, {}, '2026-09-02T12:00:00Z'), weeks.slice(4));
});
