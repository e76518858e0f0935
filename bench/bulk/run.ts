import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { guarded } from '../guarded.js';

/** What a whole process took. */
export interface Run {
  readonly seconds: number;
  /** Bytes of memory at most. */
  readonly peak: number;
}

/** Milliseconds between two looks at its memory. */
const LOOK = 100;

/** @throws if it fails */
export async function run(args: readonly string[]): Promise<Run> {
  const start = performance.now();
  const child = guarded(spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, peakOf(child.pid ?? 0))), LOOK);
  const [code] = await once(child, 'exit');
  clearInterval(look);
  if (code !== 0) throw new Error(`${args.join(' ')} failed: ${said}`);
  return { seconds: (performance.now() - start) / 1_000, peak };
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    // It has ended.
    return 0;
  }
}
