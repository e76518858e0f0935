import { describeValue } from '../../src/core/index.js';

/** The detail of the fault that a value is, such as `is "ada"; it must be a UUID`. */
export function faultOf(value: unknown, rule: string): string {
  return `is ${describeValue(value)}; it ${rule}`;
}
