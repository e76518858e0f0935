/** Returns a function that maps a value to its share of the largest value: 0 to 1. */
export function shareOf(values: readonly number[]): (value: number) => number {
  const largest = values.reduce((max, value) => Math.max(max, value), 0) || 1;
  return (value) => value / largest;
}
