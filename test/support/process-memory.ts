import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const NO_MEMORY =
  process.platform === 'linux' ? false : 'only Linux shows the memory of another process';

/** In bytes. */
export function residentMemory(pid: number): number {
  return field(pid, 'VmRSS');
}

/** In bytes. */
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
