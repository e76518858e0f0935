import assert from 'node:assert/strict';
import { chmod, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBrowser } from '../../src/cli/dashboard/browser.js';
import { demoCourses } from '../../src/cli/demo/courses.js';
import { openDemo } from '../../src/cli/demo/fill.js';
import { runCli, type Finished } from '../support/cli.js';
import { until } from '../support/condition.js';
import { TestDirectory } from '../support/directory.js';
import { textOf } from '../support/dashboard.js';
import { HttpClient } from '../support/http-client.js';

const DAY = 86_400_000;

/** Runs a dashboard until the work is done, with the link that it prints. */
async function withDashboard(argv: readonly string[], work: (link: URL) => Promise<void>): Promise<Finished> {
  const stop = new AbortController();
  const printed = Promise.withResolvers<string>();
  const running = runCli([...argv, '--no-open'], { signal: stop.signal, onStdout: printed.resolve });
  try {
    const ended = running.then(({ stderr }) => assert.fail(stderr));
    await work(new URL(await Promise.race([printed.promise, ended])));
  } finally {
    stop.abort();
  }
  return running;
}

/** Opens the link as a browser does, and returns the text of the home page. */
async function follow(link: URL): Promise<string> {
  await using client = new HttpClient(link.origin);
  const { headers } = await client.send('GET', `${link.pathname}${link.search}`);
  const [cookie = ''] = headers['set-cookie']?.split(';') ?? [];
  const { status, text } = await client.send('GET', '/dashboard', { headers: { cookie } });
  assert.equal(status, 200);
  return textOf(text);
}

async function checkDemo(link: URL): Promise<void> {
  assert.match(link.href, /^http:\/\/127\.0\.0\.1:\d+\/dashboard\/open\?code=[\w-]{43}$/);
  assert.match(await follow(link), /Statistics for Everyone/);
}

test('`demo` fills a new database and opens its dashboard, which `dashboard` opens again', async () => {
  await using directory = await TestDirectory.create();
  const database = ['--database', `sqlite:${join(directory.path, 'demo.db')}`];
  const demo = await withDashboard(['demo', ...database], checkDemo);
  assert.deepEqual([demo.code, demo.stdout.split('\n').length], [0, 2], demo.stderr);
  const verified = await runCli(['verify', ...database]);
  assert.equal(verified.code, 0, verified.stderr);
  const again = await runCli(['demo', ...database, '--no-open']);
  assert.deepEqual([again.code, again.stdout], [2, '']);
  assert.match(again.stderr, /demo\.db has courses; demo fills only a new or empty database/);
  const dashboard = await withDashboard(['dashboard', ...database], checkDemo);
  assert.equal(dashboard.code, 0, dashboard.stderr);
});

test('`demo` removes its temporary database', async () => {
  const { code, stderr } = await withDashboard(['demo'], checkDemo);
  const path = /Database: sqlite:(.+)/.exec(stderr)?.[1] ?? '';
  assert.match(path, /stats-service-demo-\w+/);
  assert.deepEqual([code, existsSync(join(path, '..'))], [0, false]);
});

test('`dashboard` and `demo` report a missing database and an invalid port', async () => {
  const missing = await runCli(['dashboard', '--database', 'sqlite:/nowhere/x.db', '--no-open']);
  assert.deepEqual([missing.code, missing.stdout], [3, '']);
  for (const command of ['dashboard', 'demo']) {
    const { code, stderr } = await runCli([command, '--port', '70000', '--no-open']);
    assert.deepEqual([code, /--port is "70000"/.test(stderr)], [2, true]);
  }
  const server = await runCli(['dashboard', '--server', 'http://127.0.0.1:1']);
  assert.deepEqual([server.code, /cannot use a server/.test(server.stderr)], [2, true]);
});

test('The demo has learners of every status, a module that stops many, and rising scores', async () => {
  await using stats = await openDemo('sqlite::memory:');
  const { items } = await stats.listCourses();
  assert.equal(items.length, 3);
  const [, , course] = items;
  assert.ok(course);
  const { courseId } = course;
  const { learners, modules } = await stats.getSummary({ courseId });
  const { total, notStarted, active, inactive, completed } = learners;
  assert.deepEqual([total, notStarted, active, inactive, completed], [60, 7, 21, 21, 11]);
  const drops = modules.map((each, index) => each.learners - (modules[index + 1]?.learners ?? each.learners));
  assert.equal(modules[drops.indexOf(Math.max(...drops))]?.moduleId, '06-probability');
  const activity = await stats.getCourseActivity({ courseId, interval: 'month' });
  const scores = activity.items.flatMap(({ averageScore }) => averageScore ?? []);
  assert.ok((scores.at(-1) ?? 0) > (scores[0] ?? 0), String(scores));
  const roster = await stats.listLearners({ courseId });
  assert.ok(new Set(roster.items.flatMap(({ groups }) => groups)).size >= 3);
  const from = new Date(Date.now() - 7 * DAY).toISOString();
  const recent = await stats.getCourseActivity({ courseId, interval: 'day', from });
  assert.ok(recent.items.filter(({ sessionCount }) => sessionCount > 0).length >= 3);
});

test('The demo is the same for the same time, and has the same learners on every day of the week', () => {
  const start = Date.parse('2026-11-22T03:00:00Z');
  assert.deepEqual(demoCourses(start), demoCourses(start));
  for (let now = start; now < start + 7 * DAY; now += DAY) {
    for (const { sessions } of demoCourses(now)) {
      const ids = new Set(sessions.map(({ sessionId }) => sessionId));
      assert.equal(ids.size, sessions.length);
      assert.ok(sessions.every(({ completedAt }) => Date.parse(completedAt ?? '') <= now));
    }
    const [{ sessions } = { sessions: [] }] = demoCourses(now);
    const active = sessions.filter(({ completedAt }) => Date.parse(completedAt ?? '') > now - 14 * DAY);
    const learners = new Set(active.map(({ userId }) => userId));
    assert.ok(learners.size >= 21 && learners.size <= 32, String(learners.size));
  }
});

test('The browser opens the link if there is one', async () => {
  await using directory = await TestDirectory.create();
  const file = join(directory.path, 'opened');
  const script = await directory.write('xdg-open', `#!/bin/sh\nprintf %s "$1" > '${file}'\n`);
  await chmod(script, 0o755);
  const env = { PATH: `${directory.path}:/bin`, DISPLAY: ':0' };
  openBrowser('http://localhost/?code=1', { ...env, PATH: '/nowhere' }, 'linux');
  openBrowser('http://localhost/?code=2', { PATH: env.PATH }, 'linux');
  const wayland = { PATH: env.PATH, DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' };
  openBrowser('http://localhost/?code=3', wayland, 'linux');
  await until(
    'the browser was opened',
    async () => existsSync(file) && (await readFile(file, 'utf8')) !== '',
  );
  assert.equal(await readFile(file, 'utf8'), 'http://localhost/?code=3');
});
