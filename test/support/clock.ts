import type { Clock } from '../../src/core/index.js';

export interface StoppedClock {
  readonly read: Clock;
  readonly advance: (milliseconds: number) => void;
}

/** Returns a clock that only the test advances. */
export function stoppedClock(start = '2026-11-22T10:00:00.000Z'): StoppedClock {
  let now = Date.parse(start);
  return {
    read: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
}
