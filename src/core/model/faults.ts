import * as z from 'zod';
import { StatsError, type Fault } from '../errors.js';

/** A fault as it travels. */
export const faultSchema = z.union([
  z.object({ pointer: z.string(), detail: z.string() }),
  z.object({ parameter: z.string(), detail: z.string() }),
]);

/** The arguments that are a document of their own: their faults are told by JSON Pointer. */
const DOCUMENTS: ReadonlySet<PropertyKey> = new Set(['course', 'session']);

/** How many faults are told at most: a hostile document can have as many as it has bytes. */
const MAX_FAULTS = 100;

/** How much of a name is told, in characters. */
const MAX_NAME = 256;

/**
 * Checks the arguments of a call.
 *
 * @throws {StatsError} `invalid-request` with every fault of the call at once.
 */
export function parseCall<T>(schema: z.ZodType<T>, call: unknown): T {
  const result = schema.safeParse(call);
  if (result.success) return result.data;
  throw toError(result.error.issues);
}

export function invalidRequest(faults: readonly Fault[], count = faults.length): StatsError {
  const [first] = faults;
  const detail = count === 1 && first ? describeFault(first) : `${count} values break their rules.`;
  return new StatsError('invalid-request', detail, { faults: faults.slice(0, MAX_FAULTS) });
}

export function describeFault(fault: Fault): string {
  const subject = 'pointer' in fault ? fault.pointer || 'The document' : fault.parameter;
  return `${subject} ${fault.detail}.`;
}

function toError(issues: readonly z.core.$ZodIssue[]): StatsError {
  // A value that breaks two bounds of one rule is one fault.
  const faults = new Map<string, Fault>();
  const add = (fault: Fault) => faults.set(JSON.stringify(fault), fault);
  let untold = 0;
  for (const { path, ...issue } of issues) {
    if (issue.code === 'unrecognized_keys') {
      untold += Math.max(0, issue.keys.length - MAX_FAULTS);
      for (const key of issue.keys.slice(0, MAX_FAULTS)) add(toFault([...path, key], 'is not known here'));
    } else {
      add(toFault(path, issue.message));
    }
  }
  return invalidRequest(Array.from(faults.values()), faults.size + untold);
}

function toFault(path: readonly PropertyKey[], detail: string): Fault {
  const [argument = '', ...rest] = path;
  if (!DOCUMENTS.has(argument)) return { parameter: path.map(String).join('.'), detail };
  return { pointer: rest.map((key) => `/${escapePointer(String(key))}`).join(''), detail };
}

/** RFC 6901, section 3; of a name that is longer than any of ours, the beginning. */
function escapePointer(key: string): string {
  return key.slice(0, MAX_NAME).replaceAll('~', '~0').replaceAll('/', '~1');
}
