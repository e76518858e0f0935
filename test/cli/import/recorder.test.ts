import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatsError } from '../../../src/core/index.js';
import { CourseMaker } from '../../../src/cli/import/course-maker.js';
import { singleLedger } from '../../../src/cli/import/ledger.js';
import { Recorder, type RecorderOptions } from '../../../src/cli/import/recorder.js';
import type { SessionCall } from '../../../src/cli/import/session-call.js';
import { createFixture } from '../../support/fixture.js';

const AWAY = new StatsError('database-unavailable', 'The database cannot be reached.');
const CONFLICT = new StatsError('session-conflict', 'It is there with other content.');
const NO_COURSE = new StatsError('course-not-found', 'There is no such course.');

/** Sessions, all of which the recorder is to bring to something. */
function sessionsOf(amount: number) {
  return Array.from({ length: amount }, () => ({
    item: { userId: 'u', courseId: crypto.randomUUID(), session: { sessionId: crypto.randomUUID() } },
    verdict: undefined,
  }));
}

function recorderOf(options: Partial<RecorderOptions<SessionCall>>) {
  return new Recorder({
    ledger: singleLedger(() => Promise.reject(CONFLICT), 64),
    replace: undefined,
    skip: false,
    courses: undefined,
    signal: new AbortController().signal,
    mayLeave: true,
    ...options,
  });
}

describe('an aborted import', () => {
  test('An aborted import replaces no further sessions', async () => {
    const sessions = sessionsOf(1_000);
    const end = new AbortController();
    let calls = 0;
    const replace = async () => {
      calls += 1;
      end.abort();
    };
    await recorderOf({ replace, signal: end.signal }).record(sessions);
    assert.equal(calls, 1);
    assert.equal(sessions.filter(({ verdict }) => verdict).length, 1);
  });

  test('An aborted import creates no further courses', async () => {
    await using fixture = await createFixture('sqlite');
    const end = new AbortController();
    let made = 0;
    const courses = new CourseMaker(fixture.stats.unchecked, () => {
      made += 1;
      end.abort();
    });
    const ledger = singleLedger(() => Promise.reject(NO_COURSE), 64);
    await recorderOf({ ledger, courses, signal: end.signal }).record(sessionsOf(100));
    assert.equal(made, 1);
  });

  test('An aborted import records no further lines of the same session', async () => {
    const [session] = sessionsOf(1);
    assert.ok(session);
    const end = new AbortController();
    let calls = 0;
    const ledger = singleLedger(async () => {
      calls += 1;
      end.abort();
      return 'created';
    }, 64);
    await recorderOf({ ledger, signal: end.signal }).record([session, { ...session }, { ...session }]);
    assert.equal(calls, 1);
  });
});

test('Only the replacements in flight fail when the database becomes unavailable', async () => {
  const sessions = sessionsOf(1_000);
  let [recorded, replaced] = [0, 0];
  const ledger = singleLedger(() => {
    recorded += 1;
    return Promise.reject(CONFLICT);
  }, 64);
  const replace = async () => {
    replaced += 1;
    if (recorded <= sessions.length) throw AWAY;
  };
  await recorderOf({ ledger, replace }).record(sessions);
  assert.equal(replaced, 64 + sessions.length);
});
