import * as z from 'zod';
import { parseDuration } from '../../duration.js';
import { withValue } from '../../errors.js';
import { type LineFault, type ParsedLine } from './entry.js';
import { parseObject } from './json.js';

/** Extensions of the result, because xAPI has no fields for modules. */
const MODULE_COUNT = 'urn:stats-service:totalModulesStudied';
export const MODULE_IDS = 'urn:stats-service:moduleIds';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const mustBe = (kind: string) => ({
  error: ({ input }: { input?: unknown }) => withValue(input, `must be ${kind}`),
});
const textSchema = z.string(mustBe('text'));
const numberSchema = z.number(mustBe('a number'));
const optionalObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape, mustBe('an object')).optional();
const activity = z.object({ id: textSchema });
const activities = z.union(
  [activity, z.array(activity)],
  mustBe('an activity with an id, or a list of such activities'),
);

/** https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md, section 2.4, without the required fields. */
const statementSchema = z.object({
  id: textSchema.optional(),
  actor: optionalObject({ account: optionalObject({ name: textSchema }) }),
  context: optionalObject({ contextActivities: optionalObject({ grouping: activities.optional() }) }),
  result: optionalObject({
    score: optionalObject({ raw: numberSchema.optional(), scaled: numberSchema.optional() }),
    duration: textSchema.optional(),
    extensions: z.record(z.string(), z.unknown(), mustBe('an object')).optional(),
  }),
  timestamp: textSchema.optional(),
});

/**
 * Parses an xAPI statement.
 *
 * @param courseId the course of statements that name none
 */
export function readStatement(text: string, courseId: string | undefined): ParsedLine {
  if (text.trim() === '') return undefined;
  const parsed = parseObject(text);
  if ('faults' in parsed) return parsed;
  const statement = statementSchema.safeParse(parsed.values);
  if (!statement.success) {
    const faults = statement.error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      detail: message,
    }));
    return { faults };
  }
  const { id, actor, context, result, timestamp } = statement.data;
  const faults: LineFault[] = [];
  const required = <T>(field: string, value: T | undefined): T | undefined => {
    if (value === undefined) faults.push({ field, detail: 'is required' });
    return value;
  };
  const grouping = [context?.contextActivities?.grouping ?? []].flat();
  const course = grouping.map((each) => UUID.exec(each.id)?.[0]).find((found) => found !== undefined);
  const duration = required('result.duration', result?.duration);
  const timeStudied = duration === undefined ? undefined : parseDuration(duration);
  if (duration !== undefined && timeStudied === undefined) {
    faults.push({
      field: 'result.duration',
      detail: withValue(duration, 'must be an ISO 8601 duration without months and years'),
    });
  }
  const values = {
    userId: required('actor.account.name', actor?.account?.name),
    courseId: required('context.contextActivities.grouping', course ?? courseId),
    sessionId: required('id', id),
    totalModulesStudied: required(`result.extensions["${MODULE_COUNT}"]`, result?.extensions?.[MODULE_COUNT]),
    averageScore: result?.score?.raw ?? result?.score?.scaled ?? null,
    timeStudied,
    completedAt: required('timestamp', timestamp),
    ...(result?.extensions?.[MODULE_IDS] !== undefined && { moduleIds: result.extensions[MODULE_IDS] }),
  };
  return faults.length > 0 ? { faults } : { values };
}
