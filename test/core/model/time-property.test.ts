import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { boundSchema, completedAtSchema } from '../../../src/core/model/time.js';

const schema = completedAtSchema(() => Date.parse('2026-11-22T10:00:00.000Z'));

const two = (value: number) => value.toString().padStart(2, '0');

function daysOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

test('A time with any offset and fraction is stored as its instant if its date exists', () => {
  const date = fc.tuple(
    fc.integer({ min: 1971, max: 2025 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 31 }),
  );
  const time = fc.tuple(fc.nat({ max: 23 }), fc.nat({ max: 59 }), fc.nat({ max: 59 }));
  const digits = fc.stringMatching(/^[0-9]{0,20}$/);
  const offset = fc.tuple(fc.constantFrom('+', '-'), fc.nat({ max: 23 }), fc.nat({ max: 59 }));

  fc.assert(
    fc.property(date, time, digits, offset, ([year, month, day], [hour, minute, second], fraction, zone) => {
      const [sign, hours, minutes] = zone;
      const text = [
        `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`,
        fraction === '' ? '' : `.${fraction}`,
        `${sign}${two(hours)}:${two(minutes)}`,
      ].join('');

      const { success, data } = schema.safeParse(text);

      assert.equal(success, day <= daysOf(month, year), text);
      if (!success) return;
      const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
      const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
      const ahead = (hours * 60 + minutes) * 60_000 * (sign === '+' ? 1 : -1);
      assert.equal(data, new Date(local - ahead).toISOString(), text);
    }),
    { numRuns: 2_000 },
  );
});

test('The check of a time never throws, whatever the text', () => {
  const shaped = fc.stringMatching(/^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z$/);
  fc.assert(
    fc.property(fc.oneof(shaped, fc.string()), (text) => {
      schema.safeParse(text);
      boundSchema.safeParse(text);
    }),
    { numRuns: 2_000 },
  );
});
