import type { Fault } from '../core/index.js';

/** What can be wrong with a request before the core sees it, and the defect that should never be. */
export const HTTP_ERRORS = {
  'malformed-request': { status: 400, title: 'Not a well-formed HTTP request' },
  'duplicate-header': { status: 400, title: 'A header that must be single came twice' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-utf-8': { status: 400, title: 'The body is not UTF-8' },
  unauthenticated: { status: 401, title: 'The user is not named' },
  'route-not-found': { status: 404, title: 'Not a path of this API' },
  'method-not-allowed': { status: 405, title: 'Not a method of this path' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'expectation-failed': { status: 417, title: 'Not an expectation that can be met' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The body is not declared as JSON' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  stopping: { status: 503, title: 'The server is about to end' },
  'internal-error': { status: 500, title: 'A defect of the server' },
} as const satisfies Record<string, { status: number; title: string }>;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

/** A request that is refused before the core sees it. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: HttpErrorCode,
    detail: string,
    options: { faults?: readonly Fault[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.code = code;
    this.faults = options.faults ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return HTTP_ERRORS[this.code].status;
  }

  get title(): string {
    return HTTP_ERRORS[this.code].title;
  }
}
