import { InvalidArgumentError } from 'commander';
import { parseDuration } from './duration.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** What is no number stays text: the core refuses it with the value's own rule. */
export function number(text: string): number | string {
  return NUMBER.test(text) ? Number(text) : text;
}

/** Milliseconds. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('It must be milliseconds or a duration such as 25m, 1h5m or PT25M.');
  }
  return milliseconds;
}
