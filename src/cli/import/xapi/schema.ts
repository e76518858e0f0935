import * as z from 'zod';
import { withValue } from '../../errors.js';

const mustBe = (kind: string) => ({
  error: ({ input }: { input?: unknown }) =>
    input === undefined ? `is required and must be ${kind}` : withValue(input, `must be ${kind}`),
});
const text = z.string(mustBe('text'));
const number = z.number(mustBe('a number'));
const optionalText = text.nullish();
const optionalObject = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.object(shape, mustBe('an object')).nullish();

const activity = z.object({ id: text, definition: z.unknown().optional() });
const activities = z
  .union([activity, z.array(activity)], mustBe('an activity with an id, or a list of such activities'))
  .nullish();

/**
 * The parts of a statement that sessions are made from, without the required fields:
 * https://github.com/adlnet/xAPI-Spec/blob/master/xAPI-Data.md, section 2.4. Null means that a field was left out.
 */
export const statementSchema = z.object({
  id: optionalText,
  actor: optionalObject({
    objectType: optionalText,
    account: optionalObject({ homePage: optionalText, name: text }),
    mbox: optionalText,
    mbox_sha1sum: optionalText,
    openid: optionalText,
  }),
  verb: optionalObject({ id: optionalText }),
  object: optionalObject({
    objectType: optionalText,
    id: optionalText,
    definition: z.unknown().optional(),
  }),
  context: optionalObject({
    contextActivities: optionalObject({ parent: activities, grouping: activities, category: activities }),
  }),
  result: optionalObject({
    score: optionalObject({
      scaled: number.nullish(),
      raw: number.nullish(),
      min: number.nullish(),
      max: number.nullish(),
    }),
    duration: optionalText,
    extensions: z.record(z.string(), z.unknown(), mustBe('an object')).nullish(),
  }),
  timestamp: z.unknown().optional(),
});

export type RawStatement = z.output<typeof statementSchema>;
export type RawActivity = z.output<typeof activity>;
