import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Asks again and again until it is so. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  milliseconds = 20_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await isSo())) {
    assert.ok(performance.now() < deadline, `${what}: not after ${milliseconds} ms`);
    await setTimeout(5);
  }
}
