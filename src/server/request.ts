import type { IncomingMessage } from 'node:http';
import { isId } from '../core/model/ids.js';
import { HttpError } from './http-error.js';

/** What other hops may read otherwise than we do must not come twice. */
const SINGLE_HEADERS = ['Host', 'Content-Type', 'X-User-Id'] as const;

/** @throws {HttpError} `duplicate-header`, `malformed-request` */
export function checkHeaders(request: IncomingMessage): void {
  const counts = SINGLE_HEADERS.map((name) => countOf(name, request.rawHeaders));
  if (counts.some((count) => count > 1)) {
    const faults = SINGLE_HEADERS.filter((_, index) => (counts[index] ?? 0) > 1).map((parameter) => ({
      parameter,
      detail: 'must come only once',
    }));
    throw new HttpError('duplicate-header', 'A header that must be single came twice.', { faults });
  }
  if (counts[0] === 0 && request.httpVersion === '1.1') {
    throw new HttpError('malformed-request', 'A request must have a Host header.', {
      faults: [{ parameter: 'Host', detail: 'is required' }],
    });
  }
}

/**
 * The learner, whom another service has authenticated.
 *
 * @throws {HttpError} `unauthenticated`
 */
export function readUser(request: IncomingMessage): string {
  const header = request.headers['x-user-id'];
  if (typeof header === 'string' && isId(header)) return header;
  const detail = 'is required and must be a UUID: 8-4-4-4-12 hexadecimal digits';
  throw new HttpError('unauthenticated', `X-User-Id ${detail}.`, {
    faults: [{ parameter: 'X-User-Id', detail }],
    // RFC 9110, section 15.5.2: a 401 says how to authenticate.
    headers: { 'WWW-Authenticate': 'X-User-Id' },
  });
}

/** Node joins or drops repeated headers; only the raw ones, names and values in turn, still show them. */
function countOf(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const actual = rawHeaders[index];
    if (actual?.length === name.length && actual.toLowerCase() === name.toLowerCase()) count++;
  }
  return count;
}
