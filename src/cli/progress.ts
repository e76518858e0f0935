import { formatDuration } from './duration.js';
import type { Io } from './io.js';

interface ProgressOptions {
  readonly total?: number | undefined;
  readonly unit: 'MB' | 'lines';
  readonly quiet: boolean;
  /** Milliseconds. Default: 100 on a terminal, else 5,000. */
  readonly interval?: number;
}

export interface Progress {
  /** @param amount in lines or bytes */
  add(amount: number): void;
  /** Erases the bar. */
  end(): void;
}

const PROGRESS_BAR_WIDTH = 20;
const ERASE = '\r\x1b[K';

/** Shows progress on stderr: a bar on a terminal, else a line every few seconds. It uses no timer. */
export function startProgress(io: Io, { total, unit, quiet, interval }: ProgressOptions): Progress {
  const isBar = io.stderrTerminal && io.env['TERM'] !== 'dumb';
  const pause = interval ?? (isBar ? 100 : 5_000);
  const started = performance.now();
  let last = started;
  let done = 0;
  const amount = (count: number) => {
    const shown = unit === 'MB' ? Math.round(count / 1e5) / 10 : Math.round(count);
    return `${shown.toLocaleString('en')} ${unit}`;
  };
  const describe = (milliseconds: number) => {
    const speed = `${amount((done / milliseconds) * 1_000)}/s, ${seconds(milliseconds)} elapsed`;
    if (total === undefined) return `${amount(done)}, ${speed}`;
    const share = Math.min(1, done / Math.max(1, total));
    const bar = isBar ? `${'█'.repeat(share * PROGRESS_BAR_WIDTH).padEnd(PROGRESS_BAR_WIDTH, '░')} ` : '';
    const left = share > 0 ? `, ${seconds((milliseconds * (1 - share)) / share)} left` : '';
    // Rounded down, so that 100 % means that the work is complete.
    return `${bar}${Math.floor(share * 100)} % of ${amount(total)}, ${speed}${left}`;
  };
  return {
    add(more) {
      done += more;
      const now = performance.now();
      if (quiet || now - last < pause) return;
      last = now;
      const text = describe(now - started);
      io.stderr.write(isBar ? ERASE + text.slice(0, (io.stderr.columns || 80) - 1) : `${text}\n`);
    },
    end() {
      if (isBar && last > started) io.stderr.write(ERASE);
    },
  };
}

function seconds(milliseconds: number): string {
  return formatDuration(Math.round(milliseconds / 1_000) * 1_000);
}
