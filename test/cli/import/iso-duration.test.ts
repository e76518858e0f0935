import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseIsoDuration } from '../../../src/cli/import/xapi/duration.js';

test('An ISO 8601 duration is parsed to the millisecond', () => {
  for (const [text, milliseconds] of [
    ['PT25M', 1_500_000],
    ['P0Y0M0DT16M', 960_000],
    ['P1W', 604_800_000],
    ['P1DT1H1M1S', 90_061_000],
    ['PT0.0005S', 1],
    ['PT0.00049S', 0],
    ['PT1,5H', 5_400_000],
    ['P0.5D', 43_200_000],
    ['PT1.005S', 1_005],
    ['PT8.33333333333333333333M', 500_000],
    ['PT0S', 0],
    ['P0D', 0],
  ] as const) {
    assert.equal(parseIsoDuration(text), milliseconds, text);
  }
});

test('Any other text is not an ISO 8601 duration', () => {
  const texts = '3600 25m P PT P1M P1Y P1DT PT1.5H30M -PT5M PT-5M PT5 PT1M1H P1H PT1D pt5m PT.5S PT5.S';
  for (const text of ['', ' PT5M', 'PT5M ', `PT${'9'.repeat(16)}S`, ...texts.split(' ')]) {
    assert.equal(parseIsoDuration(text), undefined, text);
  }
});

test('A duration with a fraction has no floating-point error', () => {
  const digits = fc.stringMatching(/^\d{1,9}$/);
  fc.assert(
    fc.property(fc.nat({ max: 100_000 }), digits, fc.constantFrom('S', 'M', 'H'), (whole, fraction, unit) => {
      const size = { S: 1_000n, M: 60_000n, H: 3_600_000n }[unit] ?? 0n;
      const scale = 10n ** BigInt(fraction.length);
      const scaled = (BigInt(whole) * scale + BigInt(fraction)) * size;
      const expected = scaled / scale + ((scaled % scale) * 2n >= scale ? 1n : 0n);
      assert.equal(parseIsoDuration(`PT${whole}.${fraction}${unit}`), Number(expected));
    }),
  );
});
