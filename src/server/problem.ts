import * as z from 'zod';
import { StatsError, type ErrorKind, type Fault } from '../core/index.js';
import { faultSchema } from '../core/model/faults.js';
import { HttpError } from './http-error.js';
import type { Answer } from './answer.js';
import { UNKNOWN } from './query.js';

export const PROBLEM_TYPE = 'application/problem+json';

/** Every error's body: RFC 9457. */
export const problemSchema = z.object({
  type: z.string().describe('`urn:stats-service:problem:` and the code.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong with this request, for a person.'),
  code: z.string().describe('What is wrong, for a program: a stable word.'),
  errors: z
    .array(faultSchema)
    .optional()
    .describe(
      "Every fault of the request at once: its place, as a JSON Pointer into the body or as a path, query or header parameter, and the value's rule.",
    ),
});

export type Problem = z.output<typeof problemSchema>;

export const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  'not-found': 404,
  conflict: 409,
  unavailable: 503,
  incompatible: 503,
};

/** Seconds: time for a failover's new connection, and not too long for a person who waits. */
const RETRY_AFTER = { 'Retry-After': '2' };

/** The answer that tells of an error. What is not known to be the caller's stays with us. */
export function problemAnswer(error: unknown): Answer {
  if (error instanceof HttpError) {
    return {
      status: error.status,
      type: PROBLEM_TYPE,
      headers: error.status === 503 ? { ...error.headers, ...RETRY_AFTER } : error.headers,
      body: toProblem(error.status, error),
    };
  }
  if (error instanceof StatsError) {
    const status = STATUS_OF_KIND[error.kind];
    const headers = status === 503 ? RETRY_AFTER : {};
    return { status, type: PROBLEM_TYPE, headers, body: toProblem(status, error) };
  }
  return problemAnswer(
    new HttpError(
      'internal-error',
      'This is our fault. The log tells more under the X-Request-Id of this answer.',
    ),
  );
}

interface Failure {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly faults: readonly Fault[];
}

function toProblem(status: number, { code, title, message, faults }: Failure): Problem {
  return {
    type: `urn:stats-service:problem:${code}`,
    title,
    status,
    detail: message,
    code,
    ...(faults.length > 0 && { errors: faults.map(unmarked) }),
  };
}

/** Query parameters that a route does not have were marked, to be told from its arguments. */
function unmarked(fault: Fault): Fault {
  if (!('parameter' in fault) || !fault.parameter.startsWith(UNKNOWN)) return fault;
  return { ...fault, parameter: fault.parameter.slice(UNKNOWN.length) };
}
