import * as z from 'zod';

/** A value's rule as an error message; a missing value is told apart, since it is mended elsewhere. */
export function rule(text: string): (issue: { input?: unknown }) => string {
  return (issue) => (issue.input === undefined ? `is required and ${text}` : text);
}

/** An integer within bounds; -0 becomes 0. */
export function integer(min: number, max: number) {
  const error = rule(`must be an integer from ${grouped(min)} to ${grouped(max)}`);
  return z
    .number({ error })
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .overwrite((value) => value + 0);
}

/** An object with these fields and no others, so that a misspelt optional field is never lost in silence. */
export function document<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const error = rule('must be a JSON object');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : error(issue)),
  });
}

export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
