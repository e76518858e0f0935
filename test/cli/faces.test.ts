import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { serve } from '../../src/server/index.js';
import { runCli, type Finished } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { createFixture } from '../support/fixture.js';
import { newCourseId, newSessionId, newUserId } from '../support/factories.js';

const TIMES = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

for (const dialect of DIALECTS) {
  describe(`commands on ${dialect} and on a server`, () => {
    test('Every command prints the same on a database and through a server', async () => {
      await using fixture = await createFixture(dialect);
      await using server = await serve(fixture.stats, { port: 0 });
      const onDatabase = await runAll('--database', fixture.database.url);
      const onServer = await runAll('--server', server.url);
      assert.deepEqual(onServer, onDatabase);
      assert.deepEqual(
        onDatabase.map(({ code }) => code),
        [
          0, 1, 0, 0, 0, 0, 0, 0, 2, 3, 2, 0, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 0, 0, 0,
          0, 0, 3, 0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 3, 3, 3, 2,
        ],
      );
    });
  });
}

/** Runs every command with new ids, which are masked in the output. */
async function runAll(target: string, url: string): Promise<Finished[]> {
  const [course, user, session] = [newCourseId(), newUserId(), newSessionId()];
  const learner = ['--user', user, '--course', course];
  const record = ['record', ...learner, '--session', session, '--modules', '6', '--time', '4m40s'];
  const commands = [
    ['course', 'add', '--course', course, '--name', `Geometry ${course}`],
    ['course', 'add', '--course', course, '--name', `Geometry ${course}`],
    ['course', 'set', '--course', course, '--name', `Geometry 2 ${course}`, '--module-ids', 'b', 'a'],
    ['course', 'show', '--course', course],
    ['course', 'show', '--course', course, '--json'],
    ['course', 'list', '--limit', '1'],
    ['enrol', ...learner, '--name', 'Ann', '--group', 'evening', '2026'],
    ['enrol', ...learner, '--name', 'Anne', '--json'],
    ['enrol', ...learner, '--name', ' ', '--group', 'a;b', 'c'],
    ['enrol', '--user', user, '--course', newCourseId()],
    ['enrol', ...learner, '--remove', '--group', 'c'],
    ['enrol', ...learner, '--remove'],
    ['enrol', ...learner, '--remove'],
    [...record, '--score', '68.4', '--completed-at', '2026-01-01T00:00:00+01:00'],
    [...record, '--score', '68.4'],
    [...record, '--score', '70'],
    [...record, '--score', '66.66666666666667', '--replace', '--module-ids', 'c', 'a'],
    ['session', ...learner, '--session', session],
    ['sessions', ...learner],
    ['sessions', ...learner, '--json', '--from', '2026-01-01T00:00:00Z'],
    ['stats', ...learner, '--json'],
    ['stats', '--user', user],
    ['stats', '--user', user, '--json', '--limit', '1'],
    ['history', ...learner],
    ['history', ...learner, '--interval', 'month', '--time-zone', 'Europe/London', '--json'],
    ['history', ...learner, '--time-zone', 'Mars'],
    ['activity', '--user', user],
    ['activity', '--user', user, '--time-zone', 'Europe/London', '--day-start', '04:00', '--json'],
    ['activity', '--user', user, '--day-start', '7:00', '--from', '2026-01-01'],
    ['activity', '--course', course],
    ['activity', '--course', course, '--interval', 'day', '--time-zone', 'Asia/Tokyo', '--csv'],
    ['roster', '--course', course],
    ['roster', '--course', course, '--sort', 'progress', '--status', 'inactive', '--json'],
    ['roster', '--course', course, '--csv', '--search', 'zoe'],
    ['roster', ...learner],
    ['roster', '--user', newUserId(), '--course', course],
    ['summary', '--course', course, '--ascii'],
    ['summary', '--course', course, '--json', '--inactive-after', '365'],
    ['report', '--course', course, '--week', '2026-W01', '--time-zone', 'Europe/London'],
    ['report', '--course', course, '--week', '2026-W05', '--format', 'html'],
    ['session', ...learner, '--session', session, '--delete'],
    ['session', ...learner, '--session', session, '--delete'],
    ['erase', '--user', user],
    ['erase', '--user', user, '--yes'],
    ['erase', '--user', user, '--yes', '--json'],
    ['stats', '--user', user],
    ['history', '--user', user, '--course', newCourseId()],
    ['stats', '--user', user, '--course', newCourseId()],
    ['sessions', '--user', user, '--course', newCourseId()],
    ['record', '--user', 'x', '--course', 'y', '--modules', '1.5', '--score', 'a', '--time', '1ms'],
  ];
  const results: Finished[] = [];
  for (const command of commands) {
    const { code, stdout, stderr } = await runCli([...command, target, url]);
    results.push({ code, stdout: mask(stdout), stderr: mask(stderr) });
  }
  return results;

  function mask(text: string): string {
    return text
      .replaceAll(course, 'COURSE')
      .replaceAll(user, 'USER')
      .replaceAll(session, 'SESSION')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
      .replaceAll(TIMES, 'TIME')
      .replaceAll(/--cursor \S+/g, '--cursor CURSOR');
  }
}
