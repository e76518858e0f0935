import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Milliseconds between two looks. */
const PAUSE = 10;

/** Resolves once the condition holds; fails, with what was waited for, if it does not within `deadline` milliseconds. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadline = 10_000,
): Promise<void> {
  const end = performance.now() + deadline;
  while (!(await condition())) {
    assert.ok(performance.now() < end, `In ${deadline} ms it was never so: ${what}.`);
    await setTimeout(PAUSE);
  }
}
