/** A learner's activity, computed date by date with Temporal, and random learners near unusual clock changes. */
import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import type { LearnerActivity } from '../../src/core/index.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface OracleSession {
  readonly completedAt: string;
  readonly totalModulesStudied: number;
  readonly timeStudied: number;
}

interface ActivityCase {
  readonly timeZone: string;
  readonly dayStart: string;
  readonly now: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly sessions: readonly OracleSession[];
}

/** Zones with an unusual change, and the time of the change. */
const CHANGES = [
  // Skips a date.
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Pacific/Kwajalein', '1993-08-21T12:00:00Z'],
  // Changes by half an hour, at 02:00.
  ['Australia/Lord_Howe', '2025-10-04T15:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
  ['Africa/Casablanca', '2024-03-10T02:00:00Z'],
  ['Africa/Casablanca', '2024-04-14T02:00:00Z'],
  ['America/New_York', '2026-03-08T07:00:00Z'],
  ['America/New_York', '2026-11-01T06:00:00Z'],
  // Changes at midnight: a date without midnight, and one with two.
  ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
  ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
  // Changes one minute after midnight, by 15 minutes, by 44.5 minutes and by two hours.
  ['America/St_Johns', '2006-10-29T02:31:00Z'],
  ['Asia/Kathmandu', '1985-12-31T18:30:00Z'],
  ['Africa/Monrovia', '1972-01-07T00:44:30Z'],
  ['Antarctica/Troll', '2026-03-29T01:00:00Z'],
  ['UTC', '2026-01-01T00:00:00Z'],
] as const;

/** Days start within 8 hours of the time of day of a change; the 371 days end around it. */
const offset = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -4, max: 3 }) },
      { weight: 1, arbitrary: fc.integer({ min: -374, max: -367 }) },
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -32, max: 32 }).map((quarters) => quarters * 15 * MINUTE) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: DAY }) },
    ),
    fc.constantFrom(0, 0, -1),
  )
  .map(([days, time, more]) => days * DAY + time + more);

const dayStart = fc.oneof(
  fc.constantFrom('00:00', '00:30', '01:30', '02:00', '02:15', '02:30', '03:00', '04:00', '06:00'),
  fc.integer({ min: 0, max: 360 }).map((minutes) => new Date(minutes * MINUTE).toISOString().slice(11, 16)),
);

export const activityCase: fc.Arbitrary<ActivityCase> = fc
  .record({
    change: fc.constantFrom(...CHANGES),
    dayStart,
    now: offset,
    from: fc.option(offset, { nil: undefined }),
    to: fc.option(offset, { nil: undefined }),
    sessions: fc.array(
      fc.record({ at: offset, totalModulesStudied: fc.nat({ max: 9 }), timeStudied: fc.nat({ max: HOUR }) }),
      { maxLength: 16 },
    ),
  })
  .map(({ change: [timeZone, time], now: ahead, from, to, sessions, ...rest }) => {
    const at = (difference: number) => new Date(Date.parse(time) + difference).toISOString();
    const now = Date.parse(at(ahead));
    return {
      ...rest,
      timeZone,
      now,
      from: from === undefined ? from : at(from),
      to: to === undefined ? to : at(to),
      // A session can be completed at most 24 hours ahead of the clock.
      sessions: sessions
        .filter((session) => session.at <= ahead + DAY)
        .map(({ at: difference, ...session }) => ({ completedAt: at(difference), ...session })),
    };
  });

function caseOf(timeZone: string, opening: string, times: readonly string[], to?: string): ActivityCase {
  const sessions = times.map((completedAt) => ({ completedAt, totalModulesStudied: 1, timeStudied: 1 }));
  return { timeZone, dayStart: opening, now: Date.parse(times.at(-1) ?? ''), from: undefined, to, sessions };
}

export const RARE_CASES: readonly ActivityCase[] = [
  // The first day begins before 1970.
  caseOf('America/New_York', '06:00', ['1970-01-01T00:00:00.000Z', '1970-01-02T12:00:00.000Z']),
  // The first session is after the skipped date and before the start of the next day.
  caseOf('Pacific/Apia', '04:00', ['2011-12-30T11:00:00.000Z', '2011-12-31T01:00:00.000Z']),
  // The clock skips the start of the day, which starts with the change.
  caseOf('America/New_York', '02:30', ['2026-03-08T06:45:00.000Z', '2026-03-08T07:00:00.000Z']),
  // The last hour of a day of 25 hours, and the next day.
  caseOf('America/New_York', '00:00', ['2026-11-02T04:30:00.000Z', '2026-11-02T05:00:00.000Z']),
  // The range ends where a day starts, 371 days after its first day.
  caseOf(
    'UTC',
    '00:00',
    ['2025-01-01T23:59:59.999Z', '2025-01-02T00:00:00.000Z', '2026-02-01T00:00:00.000Z'],
    '2026-01-08T00:00:00.000Z',
  ),
];

export function expectedActivity(asked: ActivityCase): LearnerActivity {
  const { timeZone, dayStart: opening, now, from, to, sessions } = asked;
  const today = dayOf(now);
  const counted = sessions
    .map((session) => ({ ...session, date: dayOf(Date.parse(session.completedAt)) }))
    .filter(({ date }) => Temporal.PlainDate.compare(date, today) <= 0);
  const active = new Set(counted.map(({ date }) => date.toString()));
  const runUntil = (date: Temporal.PlainDate) => {
    let length = 0;
    for (let day = date; active.has(day.toString()); day = before(day)) length++;
    return length;
  };
  const start = from ?? defaultStart();
  const listed = counted.filter(
    ({ completedAt }) => completedAt >= start && (to === undefined || completedAt < to),
  );
  return {
    timeZone,
    dayStart: opening,
    currentStreak: runUntil(active.has(today.toString()) ? today : before(today)),
    longestStreak: Math.max(0, ...counted.map(({ date }) => runUntil(date))),
    activeDays: active.size,
    items: Array.from(
      Map.groupBy(listed, ({ date }) => date.toString()),
      ([date, ofDate]) => ({
        date,
        sessionCount: ofDate.length,
        totalModulesStudied: ofDate.reduce((sum, each) => sum + each.totalModulesStudied, 0),
        timeStudied: ofDate.reduce((sum, each) => sum + each.timeStudied, 0),
      }),
    ).toSorted((a, b) => (a.date < b.date ? -1 : 1)),
  };

  /** Returns the start of the 371st day back from the last one of the range. */
  function defaultStart(): string {
    let day = to === undefined ? today : dayOf(Date.parse(to) - 1);
    if (Temporal.PlainDate.compare(day, today) > 0) day = today;
    for (let count = 1; count < 371; count++) day = before(day);
    return new Date(startOf(day) ?? 0).toISOString();
  }

  /** Returns the last date that starts at or before an instant. */
  function dayOf(time: number): Temporal.PlainDate {
    let date = Temporal.Instant.fromEpochMilliseconds(time)
      .toZonedDateTimeISO(timeZone)
      .toPlainDate()
      .add({ days: 1 });
    while ((startOf(date) ?? Infinity) > time) date = date.subtract({ days: 1 });
    return date;
  }

  function before(date: Temporal.PlainDate): Temporal.PlainDate {
    const previous = date.subtract({ days: 1 });
    return startOf(previous) === undefined ? before(previous) : previous;
  }

  /** Returns the first instant at which the clock shows the time or a later one; `undefined` for a skipped date. */
  function startOf(date: Temporal.PlainDate): number | undefined {
    if (!date.toZonedDateTime(timeZone).toPlainDate().equals(date)) return undefined;
    const local = date.toPlainDateTime(opening);
    const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
    if (earlier.toPlainDateTime().equals(local)) return earlier.epochMilliseconds;
    let low = earlier.epochMilliseconds;
    let high = local.toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      const shown = Temporal.Instant.fromEpochMilliseconds(middle).toZonedDateTimeISO(timeZone);
      if (Temporal.PlainDateTime.compare(shown.toPlainDateTime(), local) < 0) low = middle;
      else high = middle;
    }
    return high;
  }
}
