import type { Dispatcher } from 'undici';
import type { ZodError } from 'zod';
import { StatsError } from '../core/errors.js';

export type Headers = Dispatcher.ResponseData['headers'];

/**
 * Another program has answered, or something between it and us.
 *
 * @param mismatch of the JSON that came, why it is not ours
 */
export function strangeAnswer(
  method: string,
  url: URL,
  { status, headers }: { readonly status: number; readonly headers: Headers },
  mismatch?: ZodError,
): StatsError {
  const [type] = String(headers['content-type'] ?? 'nothing').split(';');
  const [issue] = mismatch?.issues ?? [];
  const target = headers.location === undefined ? '' : `, which leads to ${String(headers.location)}`;
  const why = issue ? ` that is not ours: ${[...issue.path, issue.message].join(' ')}` : '';
  const said = `${method} ${url.pathname} was answered with ${status} and ${type}${why}${target}`;
  return stranger(url, new Error(said, { cause: mismatch }));
}

/** `undefined` where who was asked may be ours, and away. */
export function strangeTongue(url: URL, error: unknown): StatsError | undefined {
  const said = tongueOf(error);
  return said === undefined ? undefined : stranger(url, new Error(said, { cause: error }));
}

function tongueOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  // Its code is not set, and what is only cut off is such an error too.
  if (error.message.includes('(Expected HTTP/')) return 'It speaks no HTTP.';
  const speaksPlainly = 'code' in error && error.code === 'ERR_SSL_WRONG_VERSION_NUMBER';
  return speaksPlainly ? 'It speaks no TLS: its URL may begin with http://.' : undefined;
}

function stranger({ origin }: URL, cause: Error): StatsError {
  const advice = 'check its URL, and what stands before it.';
  return new StatsError('server-incompatible', `${origin} does not answer as stats-service does; ${advice}`, {
    cause,
  });
}
