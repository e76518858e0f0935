import type { Call } from './calls.js';
import { isLowerCaseId } from './ids.js';
import { MAX_MODULE_IDS, MODULE_ID } from './modules.js';
import { fromUnits, MAX_SCORE, toUnits } from './score.js';
import { MAX_MODULES, MAX_TIME_STUDIED } from './session.js';
import { isPastInstant } from './time.js';

/**
 * Whether the arguments of a call that records a session are such that their schema would take them and leave them as
 * they are. Of a file's millions most are, which this sees in a quarter of the time; what it refuses may be valid.
 *
 * @param now as an instant
 */
export function isPlainCall(call: unknown, now: string): call is Call<'recordSession'> {
  if (!isObject(call)) return false;
  const { userId, courseId, session, ...others } = call;
  return isLowerCaseId(userId) && isLowerCaseId(courseId) && isPlainSession(session, now) && isEmpty(others);
}

function isPlainSession(session: unknown, now: string): boolean {
  if (!isObject(session)) return false;
  const { sessionId, totalModulesStudied, averageScore, timeStudied, completedAt, moduleIds, ...others } =
    session;
  return (
    isLowerCaseId(sessionId) &&
    isNumber(totalModulesStudied, MAX_MODULES) &&
    Number.isInteger(totalModulesStudied) &&
    isNumber(averageScore, MAX_SCORE) &&
    fromUnits(toUnits(averageScore)) === averageScore &&
    isNumber(timeStudied, MAX_TIME_STUDIED) &&
    Number.isInteger(timeStudied) &&
    typeof completedAt === 'string' &&
    isPastInstant(completedAt, now) &&
    (moduleIds === undefined || isSetOfModuleIds(moduleIds)) &&
    isEmpty(others)
  );
}

/** From 0 on, but for -0, which the schema makes 0. */
function isNumber(value: unknown, max: number): value is number {
  return typeof value === 'number' && value <= max && (value > 0 || Object.is(value, 0));
}

function isSetOfModuleIds(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > MAX_MODULE_IDS) return false;
  let before = '';
  for (const id of value) {
    if (typeof id !== 'string' || id <= before || !MODULE_ID.test(id)) return false;
    before = id;
  }
  return true;
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
