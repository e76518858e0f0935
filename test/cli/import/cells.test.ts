import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { CellParser, type CellOptions } from '../../../src/cli/import/readers/cells.js';
import { CellFault } from '../../../src/cli/import/readers/entry.js';
import { TimeZone } from '../../../src/cli/local-time.js';
import { formatListCell, parseModuleIdsCell } from '../../../src/cli/module-ids.js';
import { localTime, ZONES } from '../../support/time-zones.js';

type Case = readonly [field: string, text: string, expected: unknown, options?: CellOptions];

const berlin = new TimeZone('Europe/Berlin');
const newYork = new TimeZone('America/New_York');
const S = 'timeStudied';
const AT = 'completedAt';

const CASES: readonly Case[] = [
  ['averageScore', '', null],
  ['averageScore', 'NA', null],
  ['averageScore', '-', null],
  ['averageScore', '85%', 85],
  ['averageScore', '85,5', /must have a decimal point; add --decimal-comma/],
  ['averageScore', '85,5 %', 85.5, { decimalComma: true }],
  ['averageScore', '85.5', /must have a decimal comma; remove --decimal-comma/, { decimalComma: true }],
  ['averageScore', '1.234,5', '1.234,5', { decimalComma: true }],
  ['averageScore', '1,234.5', '1,234.5'],
  ['averageScore', 'B+', 'B+'],
  ['totalModulesStudied', '6.0', 6],
  ['totalModulesStudied', 'NaN', undefined],
  [S, '280000', 280_000],
  [S, '280.5', /must be a whole number of milliseconds.*--time-unit/],
  [S, '280.5', 280_500, { timeUnit: 's' }],
  [S, '0.1', 6_000, { timeUnit: 'min' }],
  [S, '1,5', 5_400_000, { timeUnit: 'h', decimalComma: true }],
  [S, '00:25:30', 1_530_000],
  [S, '0:25:30.250', 1_530_250],
  [S, '0 days 00:25:30', 1_530_000],
  [S, '1 day, 2:00:00', 93_600_000],
  [S, '25 mins 30 secs', 1_530_000],
  [S, '1 hour 5 minutes', 3_900_000],
  [S, '1 day 2 hours', 93_600_000],
  [S, '25m', 1_500_000, { timeUnit: 's' }],
  [S, 'PT25M', 1_500_000],
  [S, '25:30', /must be hours, minutes and seconds/],
  [S, '00:25:60', '00:25:60'],
  [S, 'h', 'h'],
  [AT, '', undefined],
  [AT, '2026-03-01T14:05:00+01:00', '2026-03-01T14:05:00+01:00'],
  [AT, '2026-03-01 14:05:00 UTC', '2026-03-01T14:05:00.000Z'],
  [AT, '2026-03-01 14:05:00+00:00', '2026-03-01T14:05:00.000+00:00'],
  [AT, '2026-03-01 14:05:07.123456+0130', '2026-03-01T14:05:07.123+01:30'],
  [AT, '2026-03-01 14:05', /must have a UTC offset; add --time-zone/],
  [AT, '2026-03-01 14:05', '2026-03-01T13:05:00.000Z', { timeZone: berlin }],
  [AT, '2026-03-01', '2026-02-28T23:00:00.000Z', { timeZone: berlin }],
  [AT, '2026-02-30 14:05', /must be a date and time that exist/, { timeZone: berlin }],
  [AT, '2026-02-03 24:05', /must be a date and time that exist/, { timeZone: berlin }],
  [AT, '2026-03-29 02:30', /Europe\/Berlin show once; they skip this one/, { timeZone: berlin }],
  [AT, '2026-10-25 02:30', /Europe\/Berlin show once; they show this one twice/, { timeZone: berlin }],
  [AT, '2026-10-25 02:30 +01:00', '2026-10-25T02:30:00.000+01:00', { timeZone: berlin }],
  [AT, '01/03/2026 14:05', /must begin with the year; add --date-order dmy or mdy/, { timeZone: berlin }],
  [AT, '01/03/2026 14:05', '2026-03-01T13:05:00.000Z', { timeZone: berlin, dateOrder: 'dmy' }],
  [AT, '01.03.26, 14:05', '2026-03-01T13:05:00.000Z', { timeZone: berlin, dateOrder: 'dmy' }],
  [AT, '3/1/2026 2:05 PM', '2026-03-01T19:05:00.000Z', { timeZone: newYork, dateOrder: 'mdy' }],
  [AT, '3/1/2026 12:05 am', '2026-03-01T05:05:00.000Z', { timeZone: newYork, dateOrder: 'mdy' }],
  [AT, '3/1/2026 14:05 PM', /must be a date and time that exist/, { timeZone: newYork, dateOrder: 'mdy' }],
  [AT, '31/12/2026 10:00', /must be a date and time that exist/, { timeZone: newYork, dateOrder: 'mdy' }],
  [AT, '0099-01-01 10:00', /must be a time such as/, { timeZone: berlin }],
  [AT, '2026-03-01T14:05Z', '2026-03-01T14:05:00.000Z'],
  [AT, '2026-03-01-05', /must be a time such as/, { timeZone: berlin }],
  [AT, '2026-03-01 14:05-05', '2026-03-01T14:05:00.000-05:00'],
  [AT, '13 March 2026, 2:31 PM', '2026-03-13T13:31:00.000Z', { timeZone: berlin }],
  [AT, '13 March 2026  2:31\u202fPM', '2026-03-13T13:31:00.000Z', { timeZone: berlin }],
  [AT, 'Friday, 13 March 2026, 14:31', '2026-03-13T13:31:00.000Z', { timeZone: berlin }],
  [AT, 'Fri, 13 Mar 2026 14:31:05 GMT', '2026-03-13T14:31:05.000Z'],
  [AT, '13-Sep-2026', '2026-09-12T22:00:00.000Z', { timeZone: berlin }],
  [AT, 'Sept. 13th, 2026 at 2:31pm', '2026-09-13T12:31:00.000Z', { timeZone: berlin }],
  [AT, '31 June 2026', /must be a date and time that exist/, { timeZone: berlin }],
  [AT, '13. März 2026, 14:31', /must be a time such as .* or 1 March 2026, 14:05/, { timeZone: berlin }],
  ['moduleIds', 'b;a', ['b', 'a']],
  ['moduleIds', 'a; b', ['a', 'b']],
  ['moduleIds', '["a","b"]', ['a', 'b']],
  ['moduleIds', "['a', 'b']", ['a', 'b']],
  ['moduleIds', '[12, 14]', ['12', '14']],
  ['moduleIds', '{a,"b c"}', ['a', 'b c']],
  ['moduleIds', '{}', []],
  ['moduleIds', 'a,b', /must be module ids joined by ;/],
  ['moduleIds', 'NA', []],
  ['moduleIds', '{"a","b,c"}', ['a', 'b,c']],
  ['moduleIds', String.raw`{"a\"b"}`, ['a"b']],
  ['moduleIds', '{a,NULL}', /must be module ids joined by ;/],
  ['moduleIds', '{intro;logic}', /must be module ids joined by ;/],
  ['moduleIds', '[intro;logic]', /must be module ids joined by ;/],
  ['moduleIds', '[intro]', /must be module ids joined by ;/],
  ['moduleIds', "['it's']", /must be module ids joined by ;/],
  ['moduleIds', '[None]', /must be module ids joined by ;/],
  ['moduleIds', '[9007199254740993]', /must be module ids joined by ;/],
  ['sessionId', 'NA', undefined],
  ['sessionId', 'n/a', /must be an id, not a word for a missing value/],
  ['courseId', '#N/A', /must be an id, not a word for a missing value/],
  ['userId', 'NULL', /must be an id, not a word for a missing value/],
  ['userId', 'anna@example.org', 'anna@example.org'],
];

test('A cell that could have two meanings has a fault that names the option which decides', () => {
  for (const [field, text, expected, options] of CASES) {
    const value = new CellParser(options).parse(field, text);
    if (expected instanceof RegExp) {
      assert.ok(value instanceof CellFault, `${field} ${text}: ${String(value)}`);
      assert.match(value.detail, expected);
      assert.ok(value.detail.startsWith(`is ${JSON.stringify(text)}; it must`), value.detail);
    } else {
      assert.deepEqual(value, expected, `${field} ${text}`);
    }
  }
});

test('A local time is the instant at which a clock of the zone shows it, or is refused', () => {
  const zones = new Map(
    [...ZONES, 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Beirut'].map((name) => [
      name,
      new TimeZone(name),
    ]),
  );
  const [start, end] = [Date.UTC(2005, 0, 1), Date.UTC(2030, 0, 1)];
  fc.assert(
    fc.property(
      fc.constantFrom(...zones.values()),
      fc.integer({ min: start / 1_800_000, max: end / 1_800_000 }),
      (zone, halfHour) => {
        const instant = halfHour * 1_800_000;
        const shown = localTime(instant, zone.name);
        const value = new CellParser({ timeZone: zone }).parse(AT, shown.replace('T', ' '));
        // Clocks are put back by at most a day.
        const others = Array.from({ length: 97 }, (_, index) => instant + (index - 48) * 1_800_000);
        const times = others.filter((other) => localTime(other, zone.name) === shown);
        if (times.length === 1) assert.equal(value, new Date(instant).toISOString());
        else assert.ok(value instanceof CellFault && value.detail.includes('twice'), `${zone.name} ${shown}`);
      },
    ),
    { numRuns: 300 },
  );
});

test('Any module ids of a session are read from the cell that an export writes', () => {
  const id = fc.stringMatching(/^[\x21-\x3a\x3c-\x7e]{1,6}$/);
  const odd = fc.constantFrom('NA', '-', '{a}', '[1]', '["a"]', 'a,b', '{a', ']', '"', "['a']");
  fc.assert(
    fc.property(fc.array(fc.oneof(id, odd), { minLength: 1, maxLength: 3 }), (ids) => {
      assert.deepEqual(parseModuleIdsCell(formatListCell(ids)), ids);
    }),
    { numRuns: 1_000 },
  );
});
