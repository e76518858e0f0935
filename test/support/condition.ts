import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  milliseconds = 20_000,
  interval = 5,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, `${what}: not after ${milliseconds} ms`);
    await setTimeout(interval);
  }
}
