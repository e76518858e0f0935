import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type History, type HistoryItem, type LearnerKey, type Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { localDate, localTime } from '../support/time-zones.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function recordAt(stats: Stats, learner: LearnerKey, times: readonly string[]): Promise<void> {
  for (const completedAt of times) {
    await stats.recordSession({ ...learner, session: sessionContent({ completedAt }) });
  }
}

const counts = ({ items }: History) => items.map(({ start, sessionCount }) => [start, sessionCount]);

/** Returns the hours of each interval except the last one. */
const hours = ({ items }: History) =>
  items
    .slice(1)
    .map(({ start }, index) => (Date.parse(start) - Date.parse(items[index]?.start ?? '')) / HOUR);

/** Returns the start of the n-th day from 2020 on. */
const day = (index: number) => new Date(Date.UTC(2020, 0, 1 + index)).toISOString();

const faults = (interval: string) => [
  {
    parameter: 'interval',
    detail: `must divide the requested time into at most 1,000 ${interval}s: choose a shorter time or longer intervals`,
  },
];

const empty = (start: string): HistoryItem => ({
  start,
  sessionCount: 0,
  totalModulesStudied: 0,
  averageScore: null,
  timeStudied: 0,
});

for (const dialect of DIALECTS) {
  describe(`histories on ${dialect}`, () => {
    test('A history sums each interval and includes intervals without sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      for (const [completedAt, totalModulesStudied, averageScore] of [
        ['2026-01-01T00:00:00.000Z', 1, 100],
        ['2026-01-01T23:59:59.999Z', 2, 0.0001],
        ['2026-01-03T12:00:00.000Z', 0, 90],
        ['2026-01-04T00:00:00.000Z', 3, 66.66666666666667],
      ] as const) {
        const session = { totalModulesStudied, averageScore, timeStudied: MINUTE, completedAt };
        await stats.recordSession({ ...learner, session });
      }

      assert.deepEqual(await stats.getHistory({ ...learner, interval: 'day' }), {
        interval: 'day',
        timeZone: 'UTC',
        items: [
          {
            start: '2026-01-01T00:00:00+00:00',
            sessionCount: 2,
            totalModulesStudied: 3,
            averageScore: 33.3334,
            timeStudied: 2 * MINUTE,
          },
          empty('2026-01-02T00:00:00+00:00'),
          {
            start: '2026-01-03T00:00:00+00:00',
            sessionCount: 1,
            totalModulesStudied: 0,
            averageScore: null,
            timeStudied: MINUTE,
          },
          {
            start: '2026-01-04T00:00:00+00:00',
            sessionCount: 1,
            totalModulesStudied: 3,
            averageScore: 66.6667,
            timeStudied: MINUTE,
          },
        ],
      });
    });

    test('A history without sessions is empty unless both ends of a range are given', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const call = { userId: newUserId(), courseId, interval: 'day' } as const;
      const from = '2026-01-01T00:00:00Z';
      const to = '2026-01-03T00:00:00Z';
      assert.deepEqual((await stats.getHistory(call)).items, []);
      assert.deepEqual((await stats.getHistory({ ...call, from })).items, []);
      assert.deepEqual((await stats.getHistory({ ...call, to })).items, []);
      assert.deepEqual((await stats.getHistory({ ...call, from, to })).items, [
        empty('2026-01-01T00:00:00+00:00'),
        empty('2026-01-02T00:00:00+00:00'),
      ]);
      assert.deepEqual((await stats.getHistory({ ...call, from: to, to: from })).items, []);
      assert.deepEqual((await stats.getHistory({ ...call, from, to: from })).items, []);
    });

    test('`getHistory` rejects a course that does not exist', async () => {
      await using fixture = await createFixture(dialect);
      const call = { userId: newUserId(), courseId: newCourseId(), interval: 'day' } as const;
      await assert.rejects(fixture.stats.getHistory(call), { code: 'course-not-found', kind: 'not-found' });
    });

    test('A history has only the sessions of one learner in one course', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const [ann, bob] = [newUserId(), newUserId()];
      const logic = await stats.addCourse({ course: { name: 'Logic' } });
      await recordAt(stats, { userId: ann, courseId }, ['2026-01-01T00:00:00Z']);
      await recordAt(stats, { userId: ann, courseId: logic.courseId }, ['2026-01-01T00:00:00Z']);
      await recordAt(stats, { userId: bob, courseId }, ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']);
      const call = { userId: ann, courseId, interval: 'day' } as const;
      assert.deepEqual(counts(await stats.getHistory(call)), [['2026-01-01T00:00:00+00:00', 1]]);
    });

    test('A history is limited to its range, from inclusive, to exclusive', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await recordAt(stats, learner, [
        '2026-01-05T10:00:00Z',
        '2026-01-06T11:59:59.999Z',
        '2026-01-06T12:00:00Z',
        '2026-01-08T11:59:59.999Z',
        '2026-01-08T12:00:00Z',
      ]);
      const call = { ...learner, interval: 'day' } as const;
      const from = '2026-01-06T13:00:00+01:00';
      const to = '2026-01-08T12:00:00Z';
      assert.deepEqual(counts(await stats.getHistory({ ...call, from, to })), [
        ['2026-01-06T00:00:00+00:00', 1],
        ['2026-01-07T00:00:00+00:00', 0],
        ['2026-01-08T00:00:00+00:00', 1],
      ]);
      assert.deepEqual(counts(await stats.getHistory({ ...call, from: to })), [
        ['2026-01-08T00:00:00+00:00', 1],
      ]);
      assert.deepEqual(counts(await stats.getHistory({ ...call, to: '2026-01-06T00:00:00Z' })), [
        ['2026-01-05T00:00:00+00:00', 1],
      ]);
      assert.deepEqual((await stats.getHistory({ ...call, from: '2026-01-08T12:00:00.001Z' })).items, []);
      assert.deepEqual(counts(await stats.getHistory({ ...call, interval: 'week', from, to })), [
        ['2026-01-05T00:00:00+00:00', 2],
      ]);
    });

    test('The weeks of a history begin on Monday and its months have their calendar length', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      // A Sunday, a Monday, and a leap day.
      await recordAt(stats, learner, [
        '2023-12-31T23:59:59Z',
        '2024-01-01T00:00:00Z',
        '2024-02-29T12:00:00Z',
      ]);
      const weeks = await stats.getHistory({ ...learner, interval: 'week' });
      assert.deepEqual(counts(weeks).slice(0, 2), [
        ['2023-12-25T00:00:00+00:00', 1],
        ['2024-01-01T00:00:00+00:00', 1],
      ]);
      assert.equal(weeks.items.at(-1)?.start, '2024-02-26T00:00:00+00:00');
      assert.deepEqual(new Set(hours(weeks)), new Set([7 * 24]));
      assert.deepEqual(counts(await stats.getHistory({ ...learner, interval: 'month' })), [
        ['2023-12-01T00:00:00+00:00', 1],
        ['2024-01-01T00:00:00+00:00', 1],
        ['2024-02-01T00:00:00+00:00', 1],
      ]);
    });

    for (const [what, timeZone, times, starts, lengths] of [
      [
        'spring in London, one of them with 23 hours',
        'Europe/London',
        [
          '2026-03-28T23:59:59.999Z',
          '2026-03-29T00:00:00Z',
          '2026-03-29T22:59:59.999Z',
          '2026-03-29T23:00:00Z',
        ],
        [
          ['2026-03-28T00:00:00+00:00', 1],
          ['2026-03-29T00:00:00+00:00', 2],
          ['2026-03-30T00:00:00+01:00', 1],
        ],
        [24, 23],
      ],
      [
        'autumn in London, one of them with 25 hours',
        'Europe/London',
        [
          '2026-10-24T22:59:59.999Z',
          '2026-10-24T23:00:00Z',
          '2026-10-25T23:59:59.999Z',
          '2026-10-26T00:00:00Z',
        ],
        [
          ['2026-10-24T00:00:00+01:00', 1],
          ['2026-10-25T00:00:00+01:00', 2],
          ['2026-10-26T00:00:00+00:00', 1],
        ],
        [24, 25],
      ],
      [
        'autumn in New York, one of them with 25 hours',
        'America/New_York',
        [
          '2026-11-01T03:59:59.999Z',
          '2026-11-01T04:00:00Z',
          '2026-11-02T04:59:59.999Z',
          '2026-11-02T05:00:00Z',
        ],
        [
          ['2026-10-31T00:00:00-04:00', 1],
          ['2026-11-01T00:00:00-04:00', 2],
          ['2026-11-02T00:00:00-05:00', 1],
        ],
        [24, 25],
      ],
      [
        'Kolkata, whose offset ends in a half hour',
        'Asia/Kolkata',
        ['2026-01-01T18:29:59.999Z', '2026-01-01T18:30:00Z'],
        [
          ['2026-01-01T00:00:00+05:30', 1],
          ['2026-01-02T00:00:00+05:30', 1],
        ],
        [24],
      ],
      [
        'Apia, which skipped one',
        'Pacific/Apia',
        ['2011-12-30T09:59:59.999Z', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
        [
          ['2011-12-29T00:00:00-10:00', 1],
          ['2011-12-31T00:00:00+14:00', 1],
          ['2012-01-01T00:00:00+14:00', 1],
        ],
        [24, 24],
      ],
      [
        'spring in São Paulo, one of which begins at 01:00',
        'America/Sao_Paulo',
        ['2018-11-04T02:59:59.999Z', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
        [
          ['2018-11-03T00:00:00-03:00', 1],
          ['2018-11-04T01:00:00-02:00', 1],
          ['2018-11-05T00:00:00-02:00', 1],
        ],
        [24, 23],
      ],
      [
        'autumn in São Paulo, where midnight comes twice',
        'America/Sao_Paulo',
        ['2018-02-17T01:59:59.999Z', '2018-02-18T01:30:00Z', '2018-02-18T02:30:00Z', '2018-02-18T03:00:00Z'],
        [
          ['2018-02-16T00:00:00-02:00', 1],
          ['2018-02-17T00:00:00-02:00', 2],
          ['2018-02-18T00:00:00-03:00', 1],
        ],
        [24, 25],
      ],
    ] as const) {
      test(`A history has the days of ${what}`, async () => {
        await using fixture = await createFixture(dialect);
        const { stats, courseId } = fixture;
        const learner = { userId: newUserId(), courseId };
        await recordAt(stats, learner, times);
        const history = await stats.getHistory({ ...learner, interval: 'day', timeZone });
        assert.deepEqual(counts(history), starts);
        assert.deepEqual(hours(history), lengths);
      });
    }

    test('Each month and week of a history starts with the offset of its own time', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await recordAt(stats, learner, ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z']);
      const call = { ...learner, timeZone: 'Europe/London' } as const;
      assert.deepEqual(counts(await stats.getHistory({ ...call, interval: 'month' })), [
        ['2026-03-01T00:00:00+00:00', 1],
        ['2026-04-01T00:00:00+01:00', 1],
      ]);
      const weeks = await stats.getHistory({ ...call, interval: 'week' });
      assert.deepEqual(
        weeks.items.map(({ start }) => start),
        [
          '2026-02-23T00:00:00+00:00',
          '2026-03-02T00:00:00+00:00',
          '2026-03-09T00:00:00+00:00',
          '2026-03-16T00:00:00+00:00',
          '2026-03-23T00:00:00+00:00',
          '2026-03-30T00:00:00+01:00',
        ],
      );
      assert.deepEqual(hours(weeks), [168, 168, 168, 168, 167]);
    });

    test('A history can start in 1970 and end in 9999 in any time zone', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await recordAt(stats, learner, ['1970-01-01T00:00:00Z']);
      const first = await stats.getHistory({ ...learner, interval: 'month', timeZone: 'America/New_York' });
      assert.deepEqual(counts(first), [['1969-12-01T00:00:00-05:00', 1]]);
      for (const timeZone of ['UTC', 'Pacific/Apia', 'America/New_York']) {
        const range = { from: '9999-12-30T00:00:00Z', to: '9999-12-31T23:59:59.999Z' };
        const last = await stats.getHistory({ ...learner, ...range, interval: 'week', timeZone });
        assert.equal(last.items.length, 1, timeZone);
      }
    });

    test('A history ends with the last interval that begins in the year 9999 or before', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const call = { userId: newUserId(), courseId, timeZone: 'Pacific/Kiritimati' } as const;
      const to = '9999-12-31T23:59:59.999Z';
      const starts = async (from: string, interval: 'day' | 'week' | 'month') => {
        const { items } = await stats.getHistory({ ...call, from, to, interval });
        return items.map(({ start }) => start);
      };
      assert.deepEqual(await starts('9999-12-30T00:00:00Z', 'day'), [
        '9999-12-30T00:00:00+14:00',
        '9999-12-31T00:00:00+14:00',
      ]);
      assert.deepEqual(await starts('9999-12-31T10:00:00Z', 'day'), []);
      assert.deepEqual(await starts('9999-12-31T10:00:00Z', 'week'), ['9999-12-27T00:00:00+14:00']);
      assert.deepEqual(await starts('9999-12-01T00:00:00Z', 'month'), ['9999-12-01T00:00:00+14:00']);
    });

    test('A history has at most 1,000 intervals, and a range with more is rejected', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const learner = { userId: newUserId(), courseId };
      await recordAt(stats, learner, [day(0), day(999)]);
      const { items } = await stats.getHistory({ ...learner, interval: 'day' });
      assert.equal(items.length, 1_000);
      assert.deepEqual(
        items.flatMap(({ sessionCount }, index) => (sessionCount > 0 ? [index] : [])),
        [0, 999],
      );
      const { from, to } = { from: day(0), to: day(1_000) };
      assert.equal((await stats.getHistory({ ...learner, interval: 'day', from, to })).items.length, 1_000);

      const over = { ...learner, from, to: '2022-09-27T00:00:00.001Z' };
      assert.equal(over.to.slice(0, 19), day(1_000).slice(0, 19));
      await assert.rejects(stats.getHistory({ ...over, interval: 'day' }), {
        code: 'invalid-request',
        kind: 'invalid',
        faults: faults('day'),
      });
      assert.equal((await stats.getHistory({ ...over, interval: 'week' })).items.length, 144);
      await recordAt(stats, learner, [day(1_000)]);
      await assert.rejects(stats.getHistory({ ...learner, interval: 'day' }), { faults: faults('day') });
      const ever = { from: '1970-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' };
      for (const interval of ['day', 'week', 'month'] as const) {
        await assert.rejects(stats.getHistory({ ...learner, ...ever, interval }), {
          faults: faults(interval),
        });
      }
    });
  });
}

test('`getHistory` accepts every time zone that Node supports', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  const learner = { userId: newUserId(), courseId };
  await recordAt(stats, learner, ['2026-06-01T12:00:00Z']);
  for (const timeZone of Intl.supportedValuesOf('timeZone')) {
    const history = await stats.getHistory({ ...learner, interval: 'day', timeZone });
    assert.equal(history.timeZone, timeZone);
    const [item, ...others] = history.items;
    assert.ok(item);
    assert.deepEqual([item.sessionCount, others], [1, []]);
    assert.equal(item.start.slice(0, 10), localDate('2026-06-01T12:00:00Z', timeZone, 'day'));
    assert.equal(localTime(item.start, timeZone), item.start.slice(0, 19));
  }
});

test('A history has only one day for a midnight that occurs twice', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId } = fixture;
  const learner = { userId: newUserId(), courseId };
  // At 00:01 on the 29th, clocks in Newfoundland went back to 23:01 on the 28th.
  await recordAt(stats, learner, ['2006-10-29T03:00:00Z']);
  const range = { from: '2006-10-29T03:00:00Z', to: '2006-10-29T04:00:00Z' };
  const { items } = await stats.getHistory({
    ...learner,
    ...range,
    interval: 'day',
    timeZone: 'America/St_Johns',
  });
  assert.deepEqual(
    items.map(({ start, sessionCount }) => [start, sessionCount]),
    [['2006-10-29T00:00:00-02:30', 1]],
  );
});
