/** The scales of charts, which the terminal, reports and pictures share. */

/** Returns a function that maps a range of values to 0…1. */
export function linear(low: number, high: number): (value: number) => number {
  const extent = high - low || 1;
  return (value) => (value - low) / extent;
}

/** Returns a function that maps a value to its share of the largest value: 0 to 1. */
export function shareOf(values: readonly number[]): (value: number) => number {
  return linear(
    0,
    values.reduce((max, value) => Math.max(max, value), 0),
  );
}

/** Returns the smallest step of an axis that is at least this large. */
export type StepAbove = (least: number) => number;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Milliseconds. Above them, the steps are whole hours. */
const TIME_STEPS = [1_000, MINUTE].flatMap((unit) => [1, 2, 5, 10, 15, 30].map((count) => count * unit));
/** A part of a step that is a rounding error. */
const TOLERANCE = 1e-9;

/** 1, 2, 2.5 or 5 times a power of ten. */
export function roundStep(least: number): number {
  const exponent = Math.floor(Math.log10(least));
  const step = [1, 2, 2.5, 5].map((factor) => withoutNoise(factor * 10 ** exponent));
  return step.find((each) => each * (1 + TOLERANCE) >= least) ?? withoutNoise(10 ** (exponent + 1));
}

/** A round step for values that are integers. */
export function wholeStep(least: number): number {
  const step = roundStep(Math.max(1, least));
  return Number.isInteger(step) ? step : wholeStep(step * 1.01);
}

/** A step of times in milliseconds: the divisions of a minute and of an hour, then round numbers of hours. */
export function timeStep(least: number): number {
  return TIME_STEPS.find((step) => step * (1 + TOLERANCE) >= least) ?? HOUR * wholeStep(least / HOUR);
}

/**
 * Returns the ticks of an axis: multiples of a step, the first at or below `low` and the last at or above `high`.
 *
 * @param low less than `high` by more than a rounding error, except that both can be 0
 * @param atMost the maximum number of ticks, at least 3
 */
export function ticksBetween(low: number, high: number, atMost: number, stepAbove: StepAbove): number[] {
  const end = high > low ? high : low + 1;
  let step = stepAbove((end - low) / (atMost - 1));
  const firstAt = (size: number) => Math.floor(low / size + TOLERANCE);
  const lastAt = (size: number) => Math.ceil(end / size - TOLERANCE);
  while (lastAt(step) - firstAt(step) >= atMost) step = stepAbove(step * 1.01);
  const first = firstAt(step);
  return Array.from({ length: lastAt(step) - first + 1 }, (_, index) => withoutNoise((first + index) * step));
}

/** Removes the rounding error of a product, such as that of 3 × 0.1. */
function withoutNoise(value: number): number {
  return Number(value.toPrecision(12));
}
