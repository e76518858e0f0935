import { readFileSync } from 'node:fs';
import type { LoadReport } from './load/messages.js';

/** What one round of one server took. */
export interface Round extends LoadReport {
  /** CPU time of the server's process, in microseconds. */
  readonly cpu: number;
  /** Resident memory of the server's process at the end, in bytes. */
  readonly memory: number;
}

const MICROSECONDS_PER_TICK = 10_000;

export async function measured(pid: number, load: () => Promise<LoadReport>): Promise<Round> {
  const before = cpuTime(pid);
  const report = await load();
  return { ...report, cpu: cpuTime(pid) - before, memory: residentMemory(pid) };
}

/** User and system time, in microseconds: fields 14 and 15 of proc_pid_stat(5). */
function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in parentheses, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK;
}

/** In bytes. */
export function residentMemory(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1_024;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}
