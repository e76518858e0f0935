import * as z from 'zod';
import { parseDuration } from '../duration.js';
import { parseObject } from './json.js';
import { broken, NOTHING, type LineFault, type LineReader } from './reading.js';

/** How many modules were studied, and which: extensions of the result, since xAPI has no place for them. */
const MODULE_COUNT = 'urn:stats-service:totalModulesStudied';
export const MODULE_IDS = 'urn:stats-service:moduleIds';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const textSchema = z.string({ error: 'must be a text' });
const numberSchema = z.number({ error: 'must be a number' });
const optionalObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape, { error: 'must be an object' }).optional();
const activity = z.object({ id: textSchema });
const activities = z.union([activity, z.array(activity)], {
  error: 'must be an activity with an id, or a list of such',
});

/** https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md, section 2.4; what is optional there is told by us. */
const statementSchema = z.object({
  id: textSchema.optional(),
  actor: optionalObject({ account: optionalObject({ name: textSchema }) }),
  context: optionalObject({ contextActivities: optionalObject({ grouping: activities.optional() }) }),
  result: optionalObject({
    score: optionalObject({ raw: numberSchema.optional(), scaled: numberSchema.optional() }),
    duration: textSchema.optional(),
    extensions: z.record(z.string(), z.unknown(), { error: 'must be an object' }).optional(),
  }),
  timestamp: textSchema.optional(),
});

/**
 * Reads xAPI statements.
 *
 * @param courseId where the statement itself names no course
 */
export function xapiReader(courseId: string | undefined): LineReader {
  return (text, rule) => {
    if (rule !== undefined) return broken(rule);
    if (text.trim() === '') return NOTHING;
    const document = parseObject(text);
    if (!document) return broken('must be a JSON object');
    const statement = statementSchema.safeParse(document);
    if (!statement.success) {
      const faults = statement.error.issues.map(({ path, message }) => ({
        field: path.join('.'),
        rule: message,
      }));
      return { kind: 'broken', faults };
    }
    const { id, actor, context, result, timestamp } = statement.data;
    const faults: LineFault[] = [];
    const required = <T>(field: string, value: T | undefined): T | undefined => {
      if (value === undefined) faults.push({ field, rule: 'is required' });
      return value;
    };
    const grouping = [context?.contextActivities?.grouping ?? []].flat();
    const course = grouping.map((each) => UUID.exec(each.id)?.[0]).find((found) => found !== undefined);
    const duration = required('result.duration', result?.duration);
    const timeStudied = duration === undefined ? undefined : parseDuration(duration);
    if (duration !== undefined && timeStudied === undefined) {
      faults.push({
        field: 'result.duration',
        rule: 'must be a duration of ISO 8601 without months and years',
      });
    }
    const values = {
      userId: required('actor.account.name', actor?.account?.name),
      courseId: required('context.contextActivities.grouping', course ?? courseId),
      sessionId: required('id', id),
      totalModulesStudied: required(
        `result.extensions["${MODULE_COUNT}"]`,
        result?.extensions?.[MODULE_COUNT],
      ),
      averageScore: required('result.score', result?.score?.raw ?? result?.score?.scaled),
      timeStudied,
      completedAt: required('timestamp', timestamp),
      ...(result?.extensions?.[MODULE_IDS] !== undefined && { moduleIds: result.extensions[MODULE_IDS] }),
    };
    return faults.length > 0 ? { kind: 'broken', faults } : { kind: 'values', values };
  };
}
