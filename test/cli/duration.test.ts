import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatDuration, formatStudyTime, parseDuration } from '../../src/cli/duration.js';

const DURATIONS: readonly (readonly [text: string, milliseconds: number | undefined])[] = [
  ['0', 0],
  ['1500000', 1_500_000],
  ['25m', 1_500_000],
  ['1h5m', 3_900_000],
  ['1H5M', 3_900_000],
  ['1.5h', 5_400_000],
  ['2d', 172_800_000],
  ['25ms', 25],
  ['1s500ms', 1_500],
  ['0.0005s', 1],
  ['PT25M', 1_500_000],
  ['pt1h5m', 3_900_000],
  ['P1DT1S', 86_401_000],
  ['PT0.5S', 500],
  ['P2W', 1_209_600_000],
  ['p0.5w', 302_400_000],
  ['P1W2DT3S', 777_603_000],
  ['', undefined],
  ['P', undefined],
  ['PT', undefined],
  ['m', undefined],
  ['5m1h', undefined],
  ['-5m', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['P1M', undefined],
  ['2w', undefined],
  ['P2D1W', undefined],
  ['PT1W', undefined],
  ['25 m', undefined],
];

test('`parseDuration` accepts milliseconds, short and ISO 8601 durations and nothing else', () => {
  for (const [text, milliseconds] of DURATIONS) assert.equal(parseDuration(text), milliseconds, text);
});

test('`parseDuration` reads every duration that `formatDuration` writes', () => {
  fc.assert(
    fc.property(fc.nat(), (milliseconds) => {
      assert.equal(parseDuration(formatDuration(milliseconds)), milliseconds);
    }),
  );
});

test('A time studied is rounded to seconds below an hour, and to minutes from there on', () => {
  for (const [milliseconds, text] of [
    [0, '0s'],
    [400, '400ms'],
    [280_499, '4m40s'],
    [280_500, '4m41s'],
    [3_599_999, '1h'],
    [3_629_999, '1h'],
    [3_630_000, '1h1m'],
    [90_000_000, '25h'],
    [4_440_300_000, '1,233h25m'],
  ] as const) {
    assert.equal(formatStudyTime(milliseconds), text);
  }
});
