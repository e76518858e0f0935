import assert from 'node:assert/strict';
import { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { startProgress } from '../../src/cli/progress.js';

const LINES = { total: 1_000, unit: 'lines', quiet: false, interval: 0 } as const;
const ERASE = '\r\x1b[K';

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

test('Progress on a terminal redraws one line and erases it at the end', () => {
  const { io, writes } = screen({ columns: 120 });
  const progress = startProgress(io, LINES);
  progress.add(250);
  progress.add(250);
  progress.end();
  const [empty, first, second, ...rest] = writes.join('').split(ERASE);
  assert.match(first ?? '', /^█{5}░{15} 25 % of 1,000 lines, [\d,]+ lines\/s, \ds elapsed, \d+s left$/);
  assert.match(second ?? '', /^█{10}░{10} 50 % /);
  assert.deepEqual([empty, ...rest], ['', '']);
});

test('Progress of an unknown total has no bar', () => {
  const { io, writes } = screen();
  startProgress(io, { ...LINES, total: undefined }).add(3);
  assert.match(writes[0]?.replace(ERASE, '') ?? '', /^3 lines, [\d,]+ lines\/s, 0s elapsed$/);
});

test('Progress is cut to the width of the terminal', () => {
  const { io, writes } = screen({ columns: 30 });
  startProgress(io, { ...LINES, total: 5_000_000, unit: 'MB' }).add(2_600_000);
  assert.equal(writes[0], `${ERASE}██████████░░░░░░░░░░ 52 % of `);
});

test('Progress without a terminal that can redraw prints lines', () => {
  for (const options of [{ terminal: false }, { env: { TERM: 'dumb' } }]) {
    const { io, writes } = screen(options);
    const progress = startProgress(io, { ...LINES, total: 2_500_000, unit: 'MB' });
    progress.add(1);
    progress.end();
    assert.equal(writes.length, 1);
    assert.match(writes[0] ?? '', /^0 % of 2\.5 MB, [\d.,]+ MB\/s, 0s elapsed, (\d+[dhm])*(\d+s)? left\n$/);
  }
});

test('Progress that has done nothing yet estimates no end', () => {
  const { io, writes } = screen({ terminal: false });
  startProgress(io, LINES).add(0);
  assert.match(writes[0] ?? '', /^0 % of 1,000 lines, 0 lines\/s, 0s elapsed\n$/);
});

test('Progress prints nothing before its interval has passed, nor with `--quiet`', () => {
  for (const { terminal, ...options } of [
    { interval: 60_000, terminal: true },
    { interval: undefined, terminal: true },
    { interval: undefined, terminal: false },
    { quiet: true, terminal: true },
  ]) {
    const { io, writes } = screen({ terminal });
    const progress = startProgress(io, { ...LINES, ...options });
    progress.add(1);
    progress.end();
    assert.deepEqual(writes, []);
  }
});
