import { roundStep, timeStep, wholeStep, type StepAbove } from '../../core/model/scale.js';
import { grouped } from '../../core/model/validation.js';

/** A figure that a chart shows per interval. */
export interface Measure {
  readonly name: string;
  /** Is shown instead of a chart without values. */
  readonly none: string;
  /** Sums are bars from zero. Averages are a line, whose axis can start anywhere and which has gaps. */
  readonly kind: 'bars' | 'line';
  /** Chooses the distance of two ticks. */
  readonly stepAbove: StepAbove;
  readonly format: (value: number) => string;
  /** Formats the values of a sentence, if it differs. */
  readonly formatInText?: (value: number) => string;
  /** @param step the distance of two ticks, which decides the unit */
  readonly formatTick: (value: number, step: number) => string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const MEASURES = {
  activeLearners: countOf('Active learners', 'No active learners'),
  newLearners: countOf('New learners', 'No new learners'),
  sessionCount: countOf('Sessions', 'No sessions'),
  totalModulesStudied: countOf('Modules studied', 'No modules studied'),
  averageScore: {
    name: 'Average score',
    none: 'No scores',
    kind: 'line',
    stepAbove: roundStep,
    format: formatScore,
    formatInText: formatScoreInText,
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

function countOf(name: string, none: string): Measure {
  return { name, none, kind: 'bars', stepAbove: wholeStep, format: grouped, formatTick: grouped };
}

/** Formats with two decimals, or with up to four if the scale is small. Rounding is much faster than an option of the locale. */
function formatScore(score: number): string {
  return score < 10 ? String(Math.round(score * 10_000) / 10_000) : grouped(Math.round(score * 100) / 100);
}

/** Formats with two decimals at least, so that the scores of a sentence or a column are alike. */
function formatScoreInText(score: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: score < 10 ? 4 : 2 };
  return score.toLocaleString('en-US', digits);
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
