import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import BetterSqlite from 'better-sqlite3';
import { Client } from 'pg';
import type { DialectName } from '../../migrations/columns.js';
import {
  diagnose,
  exportEnrolments,
  exportSessions,
  openStats,
  ROSTER_SORTS,
  toCourseId,
  toSessionId,
  toUserId,
  verify,
} from '../../src/core/index.js';
import { createEmptyDatabase, DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { runSql } from '../support/sql.js';

/*
 * The snapshots in statements/*.sql have every statement of the program, grouped by call, for review. After a
 * change, run this file with --test-update-snapshots and review the diff.
 */

const WIDTH = 110;
const userId = toUserId('00000000-0000-4000-8000-000000000001');
const courseId = toCourseId('00000000-0000-4000-8000-000000000002');
const sessionId = toSessionId('00000000-0000-4000-8000-000000000003');
const learner = { userId, courseId };
const key = { ...learner, sessionId };

/** Spies on the drivers. The returned function returns the statements since its last call. */
function spyOnDrivers({ mock }: TestContext): () => string[] {
  const spies = [
    mock.method(BetterSqlite.prototype, 'prepare'),
    mock.method(BetterSqlite.prototype, 'exec'),
    mock.method(Client.prototype, 'query'),
  ];
  return () =>
    spies.flatMap((spy) => {
      const texts = spy.mock.calls.map((call) => textOf(call.arguments[0]));
      spy.mock.resetCalls();
      return texts.filter((text) => text !== undefined);
    });
}

/** Returns the text of a statement, which may be a pg query object. */
function textOf(statement: unknown): string | undefined {
  if (typeof statement === 'string') return statement;
  const isQuery = typeof statement === 'object' && statement !== null && 'text' in statement;
  return isQuery ? String(statement.text) : undefined;
}

/** Runs every call once and returns the statements that no earlier call sent. */
async function statementsOf(t: TestContext, dialect: DialectName): Promise<string> {
  await using database = await createEmptyDatabase(dialect);
  const takeTexts = spyOnDrivers(t);
  const lines: string[] = [];
  const seen = new Set<string>();
  const run = async (name: string, work: () => Promise<unknown>) => {
    takeTexts();
    await work();
    const texts = new Set(takeTexts().map(formatted));
    lines.push(`-- ${name}`, ...texts.difference(seen), '');
    for (const text of texts) seen.add(text);
  };
  const { url } = database;
  const open = async () => (await openStats({ database: url })).close();
  await run('migrate', open);
  await using stats = await openStats({ database: url });
  const session = sessionContent({ moduleIds: ['a', 'b'] });
  const other = sessionContent({ moduleIds: ['b', 'c'], timeStudied: 1 });
  const range = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' };
  await run('addCourse', () => stats.addCourse({ course: { courseId, name: 'Algebra' } }));
  await run('addCourse: exists', async () => {
    await assert.rejects(stats.addCourse({ course: { courseId, name: 'Algebra' } }));
  });
  await run('setCourse', () => stats.setCourse({ courseId, course: { name: 'Logic', moduleIds: ['a'] } }));
  await run('setCourse: other modules', () =>
    stats.setCourse({ courseId, course: { name: 'Logic', moduleIds: ['b'] } }),
  );
  await run('listCourses', () => stats.listCourses({}));
  const enrol = (displayName: string) => stats.enrolLearner({ ...learner, enrolment: { displayName } });
  await run('enrolLearner', () => enrol('Ann'));
  await run('enrolLearner: other content', () => enrol('Anne'));
  await run('unenrolLearner', () => stats.unenrolLearner(learner));
  await run('recordSession', () => stats.recordSession({ ...learner, session: sessionContent() }));
  await run('recordSession: modules', () =>
    stats.recordSession({ ...learner, session: { sessionId, ...session } }),
  );
  await run('recordSession: replay', () =>
    stats.recordSession({ ...learner, session: { sessionId, ...session } }),
  );
  await run('getStats', () => stats.getStats(learner));
  await run('getStats: two learners at once', () =>
    Promise.all([stats.getStats(learner), stats.getStats({ userId: newUserId(), courseId })]),
  );
  await run('getSession', () => stats.getSession(key));
  await run('putSession', () => stats.putSession({ ...key, session: other }));
  await run('deleteSession', () => stats.deleteSession(key));
  await run('putSession: new', () => stats.putSession({ ...key, session }));
  await run('listSessions', () => stats.listSessions(learner));
  await run('listSessions: next page', async () => {
    const { next } = await stats.listSessions({ ...learner, ...range, to: undefined, limit: 1 });
    await stats.listSessions({ ...learner, ...range, limit: 1, cursor: next ?? undefined });
  });
  await run('getHistory', () => stats.getHistory({ ...learner, interval: 'day' }));
  await run('getHistory: range', () => stats.getHistory({ ...learner, interval: 'day', ...range }));
  await run('getLearnerActivity', () =>
    stats.getLearnerActivity({ userId, timeZone: 'Europe/London', dayStart: '04:00', ...range }),
  );
  await using memory = await openStats({ database: 'sqlite::memory:' });
  // Reads of a course run in a thread, which the spies cannot see, unless the database is in memory.
  const ofCourse = dialect === 'sqlite' ? memory : stats;
  if (dialect === 'sqlite') {
    await memory.addCourse({ course: { courseId, name: 'Logic', moduleIds: ['a'] } });
    await memory.recordSession({ ...learner, session });
  }
  await ofCourse.enrolLearner({ userId: newUserId(), courseId, enrolment: {} });
  await run('listLearners', () => ofCourse.listLearners({ courseId }));
  for (const sort of ROSTER_SORTS) {
    await run(`listLearners: next page by ${sort}`, async () => {
      const { next } = await ofCourse.listLearners({ courseId, sort, limit: 1 });
      await ofCourse.listLearners({ courseId, sort, limit: 1, cursor: next ?? undefined });
    });
  }
  await run('listLearners: filters', () =>
    ofCourse.listLearners({ courseId, status: 'inactive', group: 'a', search: 'a' }),
  );
  await run('getLearner', () => ofCourse.getLearner(learner));
  await run('getSummary', () => ofCourse.getSummary({ courseId }));
  await run('getCourseActivity', () => ofCourse.getCourseActivity({ courseId, interval: 'month' }));
  await run('getCourseActivity: range', () =>
    ofCourse.getCourseActivity({ courseId, interval: 'day', ...range }),
  );
  await run('listStudiedCourses', () => stats.listStudiedCourses({ userId }));
  let keyId = '';
  await run('keys.create', async () => {
    const created = await stats.keys.create({ name: 'Reports', scopes: ['stats:read'], courses: [courseId] });
    ({ keyId } = created.key);
  });
  await run('keys.list', () => stats.keys.list());
  await run('keys.find', () => stats.keys.find(keyId));
  await run('keys.touch', () => stats.keys.touch(new Map([[keyId, range.from]])));
  await run('keys.revoke', () => stats.keys.revoke(keyId));
  await run('ready', () => stats.ready());
  await run('export', async () => {
    for await (const _ of exportSessions({ database: url })) continue;
  });
  await run('export: enrolments', async () => {
    for await (const _ of exportEnrolments({ database: url })) continue;
  });
  await run('verify', () => verify({ database: url }));
  await run('doctor', () => diagnose({ database: url }));
  await stats.recordSession({ ...learner, session });
  await runSql(url, 'update course_stats set time_studied = 7');
  await run('verify --rebuild', async () => {
    await verify({ database: url, rebuild: true });
  });
  await run('deleteCourse', async () => {
    await assert.rejects(stats.deleteCourse({ courseId }));
    const { courseId: empty } = await stats.addCourse({ course: { name: 'Empty' } });
    await stats.deleteCourse({ courseId: empty });
  });
  await run('eraseUser', () => stats.eraseUser({ userId }));
  return lines.join('\n');
}

function formatted(text: string): string {
  const lines = [''];
  for (const word of `${text.trim()};`.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length >= WIDTH) lines.push(`  ${word}`);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}

for (const dialect of DIALECTS) {
  test(`The statements on ${dialect} match the reviewed snapshots`, async (t) => {
    const path = fileURLToPath(new URL(`statements/${dialect}.sql`, import.meta.url));
    t.assert.fileSnapshot(await statementsOf(t, dialect), path, { serializers: [String] });
  });
}
