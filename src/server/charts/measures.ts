import { roundStep, timeStep, wholeStep, type StepAbove } from '../../core/model/scale.js';
import { grouped } from '../../core/model/validation.js';

/** A figure that a chart shows per interval. */
export interface Measure {
  readonly name: string;
  /** Text in place of a chart without values. */
  readonly none: string;
  /** Sums are bars from zero. Averages are a line, whose axis can start anywhere and which has gaps. */
  readonly kind: 'bars' | 'line';
  /** Chooses the distance of two ticks. */
  readonly stepAbove: StepAbove;
  readonly format: (value: number) => string;
  /** @param step the distance of two ticks, which decides the unit */
  readonly formatTick: (value: number, step: number) => string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const MEASURES = {
  activeLearners: countMeasure('Active learners', 'No active learners'),
  newLearners: countMeasure('New learners', 'No new learners'),
  sessionCount: countMeasure('Sessions', 'No sessions'),
  totalModulesStudied: countMeasure('Modules studied', 'No modules studied'),
  averageScore: {
    name: 'Average score',
    none: 'No scores',
    kind: 'line',
    stepAbove: roundStep,
    format: formatScore,
    formatTick: (score: number) => score.toLocaleString('en-US', { maximumSignificantDigits: 12 }),
  },
  timeStudied: {
    name: 'Time studied',
    none: 'No time studied',
    kind: 'bars',
    stepAbove: timeStep,
    format: formatTime,
    formatTick: formatTimeTick,
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof MEASURES;

function countMeasure(name: string, none: string): Measure {
  return { name, none, kind: 'bars', stepAbove: wholeStep, format: grouped, formatTick: grouped };
}

/** Formats with two decimals, or with up to four if the scale is small. */
function formatScore(score: number): string {
  if (score < 10) return score.toFixed(4).replace(/0{1,2}$/, '');
  const rounded = Math.round(score * 100) / 100;
  const whole = Math.floor(rounded);
  return grouped(whole) + (rounded - whole).toFixed(2).slice('0'.length);
}

/** Formats milliseconds in their two largest units up to hours, rounded, such as `4 min 40 s` or `312 h 5 min`. */
function formatTime(time: number): string {
  if (time > 0 && time < SECOND) return `${time} ms`;
  const isLong = Math.round(time / SECOND) * SECOND >= HOUR;
  const [large, small, unit, rest] = isLong ? [HOUR, MINUTE, 'h', 'min'] : [MINUTE, SECOND, 'min', 's'];
  const rounded = Math.round(time / small);
  const wholes = Math.floor((rounded * small) / large);
  const parts = rounded - (wholes * large) / small;
  if (wholes === 0) return `${parts} ${rest}`;
  return `${grouped(wholes)} ${unit}${parts === 0 ? '' : ` ${parts} ${rest}`}`;
}

/** All ticks of an axis have the same unit. */
function formatTimeTick(time: number, step: number): string {
  if (time === 0) return '0';
  if (step >= HOUR) return `${grouped(time / HOUR)} h`;
  return step >= MINUTE ? `${time / MINUTE} min` : `${time / SECOND} s`;
}
