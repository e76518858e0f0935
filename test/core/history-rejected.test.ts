import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatsError } from '../../src/core/index.js';
import { newUserId } from '../support/factories.js';
import { faultOf } from '../support/faults.js';
import { createFixture } from '../support/fixture.js';

describe('rejected history calls', () => {
  const zoneRule = 'must be the name of an IANA time zone, such as Europe/London';
  for (const timeZone of [
    '',
    ' ',
    'Mars/Olympus',
    '+02:00',
    '-05',
    '+0530',
    'UTC+2',
    'Europe/London ',
    'Z',
    'PST',
    'ist',
    3,
    null,
  ]) {
    test(`\`getHistory\` rejects the time zone ${JSON.stringify(timeZone)}`, async () => {
      await using fixture = await createFixture('sqlite');
      const { stats, courseId } = fixture;
      await assert.rejects(
        stats.untyped.getHistory({ userId: newUserId(), courseId, interval: 'day', timeZone }),
        { code: 'invalid-request', faults: [{ parameter: 'timeZone', detail: faultOf(timeZone, zoneRule) }] },
      );
    });
  }

  for (const interval of ['year', 'Day', 'days', '', 1, null]) {
    test(`\`getHistory\` rejects the interval ${JSON.stringify(interval)}`, async () => {
      await using fixture = await createFixture('sqlite');
      const { stats, courseId } = fixture;
      await assert.rejects(stats.untyped.getHistory({ userId: newUserId(), courseId, interval }), {
        code: 'invalid-request',
        faults: [{ parameter: 'interval', detail: faultOf(interval, 'must be day, week or month') }],
      });
    });
  }

  test('`getHistory` reports every validation error at once', async () => {
    await using fixture = await createFixture('sqlite');
    const call = {
      userId: 'x',
      courseId: 'y',
      interval: 'year',
      timeZone: 'z',
      from: 'now',
      to: 'then',
      limit: 1,
    };
    await assert.rejects(fixture.stats.untyped.getHistory(call), (error) => {
      assert.ok(error instanceof StatsError);
      const places = error.faults.map((fault) => ('parameter' in fault ? fault.parameter : fault.pointer));
      assert.deepEqual(places.toSorted(), [
        'courseId',
        'from',
        'interval',
        'limit',
        'timeZone',
        'to',
        'userId',
      ]);
      return true;
    });
  });
});
