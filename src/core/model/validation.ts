import * as z from 'zod';
import { describeValue, StatsError, type Fault } from '../errors.js';

/** A fault in an HTTP response. */
export const faultSchema = z.union([
  z.object({ pointer: z.string(), detail: z.string() }),
  z.object({ parameter: z.string(), detail: z.string() }),
]);

/** The arguments that are JSON documents, whose faults have JSON Pointers. */
const DOCUMENTS: ReadonlySet<PropertyKey> = new Set(['body', 'course', 'session', 'enrolment', 'key']);

/** Maximum number of reported faults, because a hostile document can have as many as bytes. */
const MAX_FAULTS = 100;

/** Maximum number of characters of a field name in a fault. */
const MAX_NAME_LENGTH = 256;

/**
 * Validates the arguments of a call.
 *
 * @throws {StatsError} `invalid-request` with every fault of the call
 */
export function parseCall<T>(schema: z.ZodType<T>, call: unknown): T {
  const result = schema.safeParse(call);
  if (result.success) return result.data;
  throw toError(result.error.issues, call);
}

export function invalidRequest(faults: readonly Fault[], count = faults.length): StatsError {
  const [first] = faults;
  const detail = count === 1 && first ? describeFault(first) : `${count} validation errors.`;
  return new StatsError('invalid-request', detail, { faults: faults.slice(0, MAX_FAULTS) });
}

export function describeFault(fault: Fault): string {
  const subject = 'pointer' in fault ? fault.pointer || 'The document' : fault.parameter;
  return `${subject} ${fault.detail}.`;
}

function toError(issues: readonly z.core.$ZodIssue[], call: unknown): StatsError {
  // Removes duplicates: a value that breaks two bounds of one rule is reported once.
  const faults = new Map<string, Fault>();
  const add = (fault: Fault) => faults.set(JSON.stringify(fault), fault);
  let unreported = 0;
  for (const { path, ...issue } of issues) {
    if (issue.code === 'unrecognized_keys') {
      unreported += Math.max(0, issue.keys.length - MAX_FAULTS);
      for (const key of issue.keys.slice(0, MAX_FAULTS)) add(toFault([...path, key], 'is not a known field'));
    } else if (path.length === 0) {
      add({ parameter: 'call', detail: rule('must be an object')({ input: call }) });
    } else {
      add(toFault(path, issue.message));
    }
  }
  return invalidRequest(Array.from(faults.values()), faults.size + unreported);
}

function toFault(path: readonly PropertyKey[], detail: string): Fault {
  const [argument = '', ...rest] = path;
  if (!DOCUMENTS.has(argument)) return { parameter: path.map(String).join('.'), detail };
  return { pointer: rest.map((key) => `/${escapePointer(String(key))}`).join(''), detail };
}

/** Escapes a name (RFC 6901, section 3) and truncates it. */
function escapePointer(key: string): string {
  return key.slice(0, MAX_NAME_LENGTH).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Creates the message of a rule: `is VALUE; it must be …`, or `is required and must be …`. */
export function rule(text: string): (issue: { input?: unknown }) => string {
  return ({ input }) =>
    input === undefined ? `is required and ${text}` : `is ${describeValue(input)}; it ${text}`;
}

/** An integer within bounds; -0 becomes 0. The unit is a part of the error. */
export function integer(min: number, max: number, unit = '') {
  const error = rule(
    `must be an integer${unit && ` number of ${unit}`} from ${grouped(min)} to ${grouped(max)}`,
  );
  return z
    .number({ error })
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .overwrite((value) => value + 0);
}

/** An object without other fields, so that a misspelt optional field is not ignored silently. */
export function document<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const error = rule('must be a JSON object');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : error(issue)),
  });
}

/** Formats a number with thousands separators. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Returns `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
