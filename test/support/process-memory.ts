import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** Only Linux shows the memory of another process. */
export const NO_MEMORY =
  process.platform === 'linux' ? false : 'only Linux shows the memory of another process';

/** Bytes that a process takes up now. */
export function residentMemory(pid: number): number {
  return field(pid, 'VmRSS');
}

/** Bytes that a process has taken up at most. */
export function peakMemory(pid: number): number {
  return field(pid, 'VmHWM');
}

function field(pid: number, name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${pid}/status`, 'utf8'),
  )?.[1];
  assert.ok(kilobytes, name);
  return Number(kilobytes) * 1_024;
}
