import { readFileSync } from 'node:fs';

/** Reads `/proc`, which only Linux has. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

export function isRunning(pid: number): boolean {
  try {
    // A process that has exited stays in the table until its parent has read its exit code.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
