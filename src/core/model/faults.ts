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

/**
 * Checks the arguments of a call.
 *
 * @throws {StatsError} `invalid-request` with every fault of the call at once.
 */
export function parseCall<T>(schema: z.ZodType<T>, call: unknown): T {
  const result = schema.safeParse(call);
  if (result.success) return result.data;
  throw invalidRequest(toFaults(result.error.issues));
}

export function invalidRequest(faults: readonly Fault[]): StatsError {
  const [first] = faults;
  const detail =
    faults.length === 1 && first ? describeFault(first) : `${faults.length} values break their rules.`;
  return new StatsError('invalid-request', detail, { faults: faults.slice(0, MAX_FAULTS) });
}

export function describeFault(fault: Fault): string {
  const subject = 'pointer' in fault ? fault.pointer || 'The document' : fault.parameter;
  return `${subject} ${fault.detail}.`;
}

function toFaults(issues: readonly z.core.$ZodIssue[]): Fault[] {
  const faults = issues.flatMap(({ path, ...issue }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => toFault([...path, key], 'is not known here'))
      : [toFault(path, issue.message)],
  );
  // A value that breaks two bounds of one rule is one fault.
  return Array.from(new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values());
}

function toFault(path: readonly PropertyKey[], detail: string): Fault {
  const [argument = '', ...rest] = path;
  if (!DOCUMENTS.has(argument)) return { parameter: path.map(String).join('.'), detail };
  return { pointer: rest.map((key) => `/${escapePointer(String(key))}`).join(''), detail };
}

/** RFC 6901, section 3. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
