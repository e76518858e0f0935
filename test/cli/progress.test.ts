import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { startProgress, type ProgressOptions } from '../../src/cli/progress.js';
import { until } from '../support/condition.js';

const LINES: ProgressOptions = { total: 1_000, unit: 'lines', quiet: false };

function screen({ terminal = true, env = {}, columns = 80 } = {}) {
  const writes: string[] = [];
  const stderr = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        writes.push(chunk.toString());
        done();
      },
    }),
    { columns },
  );
  const stdout = new Writable();
  const { signal } = new AbortController();
  const io = {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env,
    terminal: false,
    stderrTerminal: terminal,
    version: '',
    signal,
  };
  return { io, writes };
}

describe('progress', { concurrency: true }, () => {
  test('Progress on a terminal redraws one line and erases it at the end', async () => {
    const { io, writes } = screen();
    const progress = startProgress(io, LINES);
    progress.add(250);
    await until('a second state', () => writes.length >= 2);
    progress.end();
    assert.match(
      writes[0] ?? '',
      /^\r█{5}░{15} 25 % of 1,000 lines, [\d,]+ lines\/s, \ds elapsed, \d+s left$/,
    );
    const last = writes.at(-1) ?? '';
    assert.match(last, /^\r +\r$/);
    assert.equal(last.length - 2, Math.max(...writes.slice(0, -1).map((text) => text.length - 1)));
    progress.end();
    assert.equal(writes.at(-1), last);
  });

  test('Progress is drawn while work blocks the event loop, but not at every step', () => {
    const { io, writes } = screen();
    const progress = startProgress(io, { ...LINES, total: undefined });
    const started = performance.now();
    while (performance.now() < started + 350) progress.add(1);
    const took = performance.now() - started;
    progress.end();
    const drawn = writes.filter((text) => text.includes('lines/s'));
    assert.ok(drawn.length >= 2 && drawn.length <= took / 99, `${drawn.length} in ${took} ms`);
    assert.match(drawn[0] ?? '', /^\r[\d,]+ lines, [\d,]+ lines\/s, 0s elapsed$/);
  });

  test('Progress is cut to the width of the terminal', async () => {
    const { io, writes } = screen({ columns: 30 });
    const progress = startProgress(io, { total: 5_000_000, unit: 'bytes', quiet: false });
    progress.add(2_600_000);
    await until('a state', () => writes.length > 0);
    progress.end();
    assert.equal(writes[0], '\r██████████░░░░░░░░░░ 52 % of ');
  });

  test('Progress without a terminal prints its first line after five seconds, without controls', async () => {
    const log = screen({ terminal: false });
    const dumb = screen({ env: { TERM: 'dumb' } });
    const started = performance.now();
    const all = [log, dumb].map(({ io }) => startProgress(io, { ...LINES, unit: 'bytes' }));
    for (const progress of all) progress.add(1);
    await until('a line of each', () => log.writes.length > 0 && dumb.writes.length > 0);
    const took = performance.now() - started;
    for (const progress of all) progress.end();
    assert.ok(took >= 4_990, `${took} ms`);
    for (const { writes } of [log, dumb]) {
      assert.equal(writes.length, 1);
      assert.match(writes[0] ?? '', /^0 % of 1\.0 kB, 0 B\/s, 5s elapsed, 1h\d+m\d*s? left\n$/);
    }
  });

  test('Progress prints nothing with `--quiet`', () => {
    const { io, writes } = screen();
    const progress = startProgress(io, { ...LINES, quiet: true });
    const started = performance.now();
    while (performance.now() < started + 150) progress.add(1);
    progress.end();
    assert.deepEqual(writes, []);
  });
});
