import * as z from 'zod';
import { integer, rule } from '../../core/model/validation.js';
import type { MeasureName } from './measures.js';

export const HISTORY_MEASURES = [
  'timeStudied',
  'sessionCount',
  'totalModulesStudied',
  'averageScore',
] as const;
export const COURSE_MEASURES = ['activeLearners', 'newLearners', ...HISTORY_MEASURES] as const;

/** Pixels. */
const width = integer(240, 2_000, 'pixels')
  .default(640)
  .describe('The width in pixels. The text has the same size at every width.');

/** The parameters of a chart of a learner's history, beside those of the history. */
export const historyChart = { measure: measureSchema(HISTORY_MEASURES).default('timeStudied'), width };
/** The parameters of a chart of a course's activity, beside those of the activity. */
export const courseChart = { measure: measureSchema(COURSE_MEASURES).default('activeLearners'), width };

function measureSchema<const Names extends readonly [MeasureName, ...MeasureName[]]>(names: Names) {
  const error = rule(`must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}`);
  return z.enum(names, { error }).describe('The figure that the chart shows.');
}
