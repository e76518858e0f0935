import { formatDuration } from './duration.js';
import type { Io } from './io.js';

export type ProgressUnit = 'bytes' | 'lines';

export interface ProgressOptions {
  /** How much there is to do, where that is known. */
  readonly total: number | undefined;
  readonly unit: ProgressUnit;
  readonly quiet: boolean;
}

/** How far a long command has come, on stderr. */
export interface Progress {
  add(amount: number): void;
  /** What comes next stands on a line of its own. */
  end(): void;
}

/** Milliseconds from one state to the next. */
const REDRAW = 100;
const NEXT_LINE = 5_000;

const BAR = 20;
/** Of a terminal that does not tell its width. */
const COLUMNS = 80;

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** For a person a line that is redrawn, for a log a line now and then; `end` stops it. */
export function startProgress(io: Io, { total, unit, quiet }: ProgressOptions): Progress {
  if (quiet) return { add: () => undefined, end: () => undefined };
  // Such a terminal cannot go back to the beginning of its line.
  const isRedrawn = io.stderrTerminal && io.env['TERM'] !== 'dumb';
  const interval = isRedrawn ? REDRAW : NEXT_LINE;
  const started = performance.now();
  let done = 0;
  let last = started;
  let width = 0;

  const redraw = (text: string) => {
    const line = text.slice(0, columnsOf(io) - 1);
    io.stderr.write(`\r${line.padEnd(width)}`);
    width = line.length;
  };
  const tell = () => {
    const now = performance.now();
    // A timer may come early by less than a millisecond.
    if (now - last < interval - 1) return;
    last = now;
    const state = { done, total, unit, milliseconds: now - started };
    if (isRedrawn) redraw(bar(state) + describe(state));
    else io.stderr.write(`${describe(state)}\n`);
  };

  const timer = setInterval(tell, interval);
  timer.unref();
  return {
    add(more) {
      done += more;
      // Work that never waits lets no timer run.
      tell();
    },
    end() {
      clearInterval(timer);
      if (width > 0) io.stderr.write(`\r${' '.repeat(width)}\r`);
      width = 0;
    },
  };
}

interface State {
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: ProgressUnit;
  readonly milliseconds: number;
}

function bar({ done, total }: State): string {
  if (total === undefined) return '';
  const full = Math.floor(share(done, total) * BAR);
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} `;
}

function describe({ done, total, unit, milliseconds }: State): string {
  const perSecond = (done / milliseconds) * 1_000;
  const parts = [`${describeAmount(perSecond, unit)}/s`, `${seconds(milliseconds)} elapsed`];
  if (total === undefined) return [describeAmount(done, unit), ...parts].join(', ');
  if (perSecond > 0) parts.push(`${seconds((Math.max(0, total - done) / perSecond) * 1_000)} left`);
  // Down, so that 100 % is never said of less.
  const percent = Math.floor(share(done, total) * 100);
  return [`${percent} % of ${describeAmount(total, unit)}`, ...parts].join(', ');
}

function share(done: number, total: number): number {
  return total <= 0 ? 1 : Math.min(1, done / total);
}

function describeAmount(count: number, unit: ProgressUnit): string {
  if (unit === 'lines') return `${Math.round(count).toLocaleString('en')} lines`;
  let rest = count;
  let index = 0;
  for (; rest >= 999.5 && index < BYTE_UNITS.length - 1; index++) rest /= 1_000;
  return `${rest.toFixed(index === 0 || rest >= 99.95 ? 0 : 1)} ${BYTE_UNITS[index]}`;
}

function seconds(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds / 1_000) * 1_000);
}

function columnsOf({ stderr }: Io): number {
  return 'columns' in stderr && typeof stderr.columns === 'number' && stderr.columns > 0
    ? stderr.columns
    : COLUMNS;
}
