import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeZone } from '../../../src/cli/local-time.js';
import { readWeek, weekOf } from '../../../src/cli/report/week.js';

const UTC = new TimeZone('UTC');

test('The last week that is over is that of the time zone, also around New Year', () => {
  for (const [asOf, timeZone, name] of [
    ['2026-11-22T10:00:00.000Z', 'UTC', '2026-W46'],
    // Monday has begun in Auckland, where it is 12:30.
    ['2026-11-22T23:30:00.000Z', 'Pacific/Auckland', '2026-W47'],
    ['2026-11-22T23:30:00.000Z', 'America/New_York', '2026-W46'],
    ['2026-11-22T23:59:59.999Z', 'UTC', '2026-W46'],
    ['2026-11-23T00:00:00.000Z', 'UTC', '2026-W47'],
    ['2027-01-03T12:00:00.000Z', 'UTC', '2026-W52'],
    ['2027-01-04T12:00:00.000Z', 'UTC', '2026-W53'],
    ['2027-01-11T12:00:00.000Z', 'UTC', '2027-W01'],
    ['2026-01-01T12:00:00.000Z', 'UTC', '2025-W52'],
  ] as const) {
    assert.equal(readWeek(undefined, new TimeZone(timeZone), asOf).name, name, `${asOf} ${timeZone}`);
  }
});

test('A week begins and ends at midnight of its time zone, whatever its clock does', () => {
  const asOf = '2027-06-01T00:00:00.000Z';
  for (const [name, timeZone, monday, sunday, start, end] of [
    ['2026-W53', 'UTC', '2026-12-28', '2027-01-03', '2026-12-28T00', '2027-01-04T00'],
    ['2027-W01', 'UTC', '2027-01-04', '2027-01-10', '2027-01-04T00', '2027-01-11T00'],
    ['2026-W13', 'Europe/London', '2026-03-23', '2026-03-29', '2026-03-23T00', '2026-03-29T23'],
    ['2026-W44', 'America/New_York', '2026-10-26', '2026-11-01', '2026-10-26T04', '2026-11-02T05'],
    // Friday, December 30, did not exist in Apia.
    ['2011-W52', 'Pacific/Apia', '2011-12-26', '2012-01-01', '2011-12-26T10', '2012-01-01T10'],
  ] as const) {
    const week = readWeek(name, new TimeZone(timeZone), asOf);
    const times = [week.start, week.end].map((time) => time.replace(':00:00.000Z', ''));
    assert.deepEqual([week.name, week.monday, week.sunday, ...times], [name, monday, sunday, start, end]);
    assert.equal(weekOf(week.sunday), name);
  }
  assert.equal(readWeek('2027-W02', UTC, asOf).trendStart, '2026-11-23T00:00:00.000Z');
});

test('A week that does not exist or has not begun is rejected', () => {
  const asOf = '2026-11-22T10:00:00.000Z';
  for (const name of ['', '2026', '2026-W1', '2026-W00', '2026-W54', '2025-W53', '1969-W10', '２026-W10']) {
    assert.throws(() => readWeek(name, UTC, asOf), /--week is ".*"; it must be a week of ISO 8601/);
  }
  assert.equal(readWeek('2026-W47', UTC, asOf).name, '2026-W47');
  const later = { message: '--week is "2026-W48"; it must not be after this week, 2026-W47' };
  assert.throws(() => readWeek('2026-W48', UTC, asOf), later);
  assert.equal(readWeek('2026-W48', UTC, '2026-11-23T00:00:00.000Z').name, '2026-W48');
});
