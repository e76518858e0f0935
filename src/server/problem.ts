import * as z from 'zod';
import {
  ERRORS,
  isErrorCode,
  StatsError,
  type ErrorCode,
  type ErrorKind,
  type Fault,
} from '../core/errors.js';
import { faultSchema } from '../core/model/validation.js';

/** Errors of the HTTP layer, which the core does not know. */
export const HTTP_ERRORS = {
  'malformed-request': { status: 400, title: 'Malformed HTTP request' },
  'duplicate-header': { status: 400, title: 'Duplicate header' },
  'malformed-json': { status: 400, title: 'Malformed JSON' },
  'invalid-utf-8': { status: 400, title: 'Invalid UTF-8' },
  unauthenticated: { status: 401, title: 'Unauthenticated' },
  'invalid-token': { status: 401, title: 'Invalid credential' },
  'insufficient-scope': { status: 403, title: 'A scope is missing' },
  'course-refused': { status: 403, title: 'The credential is limited to other courses' },
  'untrusted-address': { status: 403, title: 'Untrusted address' },
  'untrusted-host': { status: 403, title: 'Untrusted host name' },
  'route-not-found': { status: 404, title: 'Route not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  'body-too-large': { status: 413, title: 'Body too large' },
  'uri-too-long': { status: 414, title: 'URL too long' },
  'unsupported-media-type': { status: 415, title: 'Unsupported media type' },
  'expectation-failed': { status: 417, title: 'Expectation failed' },
  'headers-too-large': { status: 431, title: 'Headers too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  'keys-unavailable': { status: 503, title: 'The keys of the issuer are unavailable' },
  stopping: { status: 503, title: 'Server shutting down' },
} as const satisfies Record<string, { status: number; title: string }>;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

export type Headers = Readonly<Record<string, string>>;

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly faults: readonly Fault[];
  readonly headers: Headers;

  constructor(code: HttpErrorCode, detail: string, faults: readonly Fault[] = [], headers: Headers = {}) {
    super(detail);
    this.code = code;
    this.faults = faults;
    this.headers = headers;
  }
}

/** Creates an error about one header or about the body as a whole. */
export function requestError(code: HttpErrorCode, fault: Fault, headers?: Headers): HttpError {
  const subject = 'parameter' in fault ? fault.parameter : 'The body';
  return new HttpError(code, `${subject} ${fault.detail}.`, [fault], headers);
}

export const PROBLEM_TYPE = 'application/problem+json';

/** The body of every error (RFC 9457). */
export const problemSchema = z.object({
  type: z.string().describe('`urn:stats-service:problem:` followed by the code.'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('What is wrong with this request. For people; it may change.'),
  code: z.string().describe('The stable identifier of the error. For programs.'),
  errors: z
    .array(faultSchema)
    .optional()
    .describe(
      'Every error of the request. `pointer` is a JSON Pointer into the body; `parameter` is the name of a path, query or header parameter.',
    ),
});

const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  unavailable: 503,
  incompatible: 503,
};

/** Seconds. Long enough for a short outage to end, and short enough for a person to wait. */
const RETRY_AFTER = '2';

/** Prefix of a query parameter that the route does not have. */
export const UNKNOWN_PREFIX = '?';

export function statusAndTitle(code: ErrorCode | HttpErrorCode): { status: number; title: string } {
  if (!isErrorCode(code)) return HTTP_ERRORS[code];
  const { kind, title } = ERRORS[code];
  return { status: STATUS_OF_KIND[kind], title };
}

/** Converts an error into a response. The message of an unexpected error is never sent. */
export function problemResponse(error: unknown) {
  const known =
    error instanceof HttpError || error instanceof StatsError
      ? error
      : new HttpError('internal-error', 'Internal error. Search the log for this X-Request-Id.');
  const { code, message: detail, faults } = known;
  const { status, title } = statusAndTitle(code);
  const headers = known instanceof HttpError ? known.headers : {};
  const body: z.output<typeof problemSchema> = {
    type: `urn:stats-service:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(faults.length > 0 && { errors: faults.map(withoutPrefix) }),
  };
  return {
    status,
    type: PROBLEM_TYPE,
    headers: status === 503 ? { ...headers, 'Retry-After': RETRY_AFTER } : headers,
    body,
  };
}

function withoutPrefix(fault: Fault): Fault {
  if (!('parameter' in fault) || !fault.parameter.startsWith(UNKNOWN_PREFIX)) return fault;
  return { ...fault, parameter: fault.parameter.slice(UNKNOWN_PREFIX.length) };
}
