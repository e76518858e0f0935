import type { IncomingMessage } from 'node:http';
import { StatsError, toUserId, type UserId } from '../core/index.js';
import { HttpError } from './http-error.js';

/** What other hops may read otherwise than we do must not come twice. */
const SINGLE_HEADERS: ReadonlySet<string> = new Set(['host', 'content-type', 'x-user-id']);

/** @throws {HttpError} `duplicate-header`, `malformed-request` */
export function checkHeaders(request: IncomingMessage): void {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  // Node joins or drops repeated headers; only the raw ones still show them.
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    if (!SINGLE_HEADERS.has(name)) continue;
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  if (repeated.size > 0) {
    const faults = Array.from(repeated, (name) => ({
      parameter: canonical(name),
      detail: 'must come only once',
    }));
    throw new HttpError('duplicate-header', 'A header that must be single came twice.', { faults });
  }
  if (!seen.has('host') && request.httpVersion === '1.1') {
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
export function readUser(request: IncomingMessage): UserId {
  const header = request.headers['x-user-id'];
  try {
    return toUserId(typeof header === 'string' ? header : '');
  } catch (error) {
    if (!(error instanceof StatsError)) throw error;
    const detail = 'is required and must be a UUID: 8-4-4-4-12 hexadecimal digits';
    throw new HttpError('unauthenticated', `X-User-Id ${detail}.`, {
      faults: [{ parameter: 'X-User-Id', detail }],
      // RFC 9110, section 15.5.2: a 401 says how to authenticate.
      headers: { 'WWW-Authenticate': 'X-User-Id' },
    });
  }
}

function canonical(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
