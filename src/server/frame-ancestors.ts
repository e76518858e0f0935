import { describeValue } from '../core/errors.js';
import type { HttpResponse } from './response.js';

/** `'none'`, or `'self'` and origins, which can begin with `*.` (Content Security Policy Level 3, section 6.4.2). */
const SOURCE = String.raw`(?:'self'|https?:\/\/[\w.*-]+(?::(?:\d{1,5}|\*))?)`;
const SOURCES = new RegExp(`^(?:'none'|${SOURCE}(?: ${SOURCE})*)$`);
const POLICY = 'Content-Security-Policy';

/**
 * @param name the name of the setting, for the message
 * @throws {RangeError} for text that would be another directive, or that browsers would ignore
 */
export function assertFrameAncestors(text: string, name = 'frameAncestors'): void {
  if (SOURCES.test(text)) return;
  throw new RangeError(
    `${name} is ${describeValue(text)}; it must be 'none', or 'self' and origins separated by spaces, such as https://learn.example.com.`,
  );
}

/** Lets other sites show a page in a frame. */
export function withFrameAncestors(response: HttpResponse, sources: string | undefined): HttpResponse {
  const policy = response.headers?.[POLICY];
  if (sources === undefined || policy === undefined) return response;
  const framed = policy.replace(`frame-ancestors 'none'`, () => `frame-ancestors ${sources}`);
  return { ...response, headers: { ...response.headers, [POLICY]: framed } };
}
