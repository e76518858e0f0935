import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { Metrics, serve } from '../../src/server/index.js';
import { createDatabase } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { HttpClient } from '../support/http-client.js';
import { Gate } from '../support/http-gate.js';
import { exchange, head } from '../support/http-raw.js';
import { parseMetrics, valueOf, type Sample } from '../support/metrics.js';
import { until } from '../support/condition.js';

const REQUESTS = 'http_request_duration_seconds';

test('`GET /metrics` counts requests, batches and database errors, and measures the process', async () => {
  await using database = await createDatabase('postgres');
  await using gate = await Gate.before(database.url);
  const metrics = new Metrics({ process: true });
  await using stats = await openStats({ database: gate.url, observer: metrics });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  await using server = await serve(stats, { port: 0, metrics });
  await using client = new HttpClient(server.url);
  const userId = newUserId();
  const path = `/courses/${courseId}`;
  const record = () => client.send('POST', path, { userId, json: sessionContent() });
  const read = async (): Promise<Sample[]> => {
    const answer = await client.send('GET', '/metrics');
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    return parseMetrics(answer.text);
  };

  await Promise.all(Array.from({ length: 30 }, record));
  for (let request = 0; request < 4; request++) await client.send('GET', path, { userId });
  for (let request = 0; request < 3; request++) await client.send('GET', '/courses', { userId: 'invalid' });
  for (let request = 0; request < 2; request++) await client.send('GET', `/${newCourseId()}`, { userId });
  await exchange(server.url, head('GET / HTTP/1.1', 'no-colon'));
  await gate.cut();
  for (let request = 0; request < 5; request++) assert.equal((await record()).status, 503);

  // The server counts a response when it has ended, which the client may see first.
  let samples: readonly Sample[] = [];
  const count = (labels: Readonly<Record<string, string>>) => valueOf(samples, `${REQUESTS}_count`, labels);
  const course = '/courses/{courseId}';
  await until('the last response is counted', async () => {
    samples = await read();
    return count({ method: 'POST', route: course, status: '503' }) === 5;
  });
  assert.equal(count({ method: 'POST', route: course, status: '201' }), 30);
  assert.equal(count({ method: 'GET', route: course, status: '200' }), 4);
  assert.equal(count({ method: 'GET', route: '/courses', status: '401' }), 3);
  assert.equal(count({ method: 'GET', route: '', status: '404' }), 2);
  assert.equal(count({ method: '', route: '', status: '400' }), 1);
  const buckets = samples.filter(
    ({ name, labels }) => name === `${REQUESTS}_bucket` && labels['le'] === '+Inf',
  );
  assert.equal(
    buckets.reduce((sum, { value }) => sum + value, 0),
    samples.filter(({ name }) => name === `${REQUESTS}_count`).reduce((sum, { value }) => sum + value, 0),
  );

  // Includes the batch of the failed call.
  assert.equal(valueOf(samples, 'stats_batch_size_sum', { queue: 'record' }), 35);
  const batches = valueOf(samples, 'stats_batch_size_count', { queue: 'record' });
  assert.ok(batches < 35, `${batches} batches for 35 calls`);
  assert.equal(valueOf(samples, 'stats_batch_size_sum', { queue: 'stats' }), 4);
  assert.equal(valueOf(samples, 'stats_database_errors_total', { code: 'database-unavailable' }), 5);
  assert.equal(valueOf(samples, 'stats_calls'), 0);
  for (const queue of ['record', 'stats', 'session']) {
    assert.equal(valueOf(samples, 'stats_queue_depth', { queue }), 0);
  }
  for (const state of ['open', 'idle', 'awaited']) {
    assert.ok(samples.some(({ name, labels }) => name === 'stats_connections' && labels['state'] === state));
  }
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    assert.ok(valueOf(samples, name) > 0, name);
  }
  assert.ok(!JSON.stringify(samples).includes(userId) && !JSON.stringify(samples).includes(courseId));
});

test('`Metrics` has the version and the dropped log lines if they are given', async () => {
  let dropped = 3;
  const metrics = new Metrics({ version: '1.2.3', droppedLogLines: () => dropped });
  const read = async () => parseMetrics(await metrics.read());
  assert.equal(valueOf(await read(), 'stats_build_info', { version: '1.2.3' }), 1);
  assert.equal(valueOf(await read(), 'stats_log_lines_dropped_total'), 3);
  dropped = 5;
  assert.equal(valueOf(await read(), 'stats_log_lines_dropped_total'), 5);
  assert.doesNotMatch(await new Metrics().read(), /build_info|dropped/);
});
