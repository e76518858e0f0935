import { invalidRequest } from '../core/model/validation.js';

/**
 * A JWT or an API key: the text, or a function that returns it for each request. If the server refuses a token as
 * invalid, for example because it has expired, the function is called again with that token, and the request is
 * repeated once with the new one.
 */
export type Token = string | ((refused?: string) => string | Promise<string>);

/** A token of other characters would be another header, or none. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Supplies the token of each request. */
export class Credential {
  readonly #token: Token;
  readonly #signal: AbortSignal | undefined;

  /** @throws {StatsError} `invalid-request` for a text that is not a token */
  constructor(token: Token, signal: AbortSignal | undefined) {
    this.#token = typeof token === 'function' ? token : checkToken(token);
    this.#signal = signal;
  }

  /** Sends a request, and sends it once more with another token if the server refused the first one. */
  async authorize<R extends Reply>(send: (token: string) => Promise<R>): Promise<R> {
    const token = await this.#next();
    const reply = await send(token);
    if (!isTokenRefused(reply)) return reply;
    const other = await this.#next(token);
    return other === token ? reply : send(other);
  }

  async #next(refused?: string): Promise<string> {
    const token = this.#token;
    if (typeof token === 'string') return token;
    const supplying = Promise.resolve(refused === undefined ? token() : token(refused));
    return checkToken(await abortable(supplying, this.#signal));
  }
}

/** RFC 6750, section 3.1. A gateway that verifies tokens sends it too. */
function isTokenRefused({ status, headers }: Reply): boolean {
  return status === 401 && String(headers['www-authenticate'] ?? '').includes('error="invalid_token"');
}

/** The message never has the token. */
function checkToken(token: unknown): string {
  if (typeof token === 'string' && VISIBLE_ASCII.test(token)) return token;
  const detail =
    'must be a JWT or an API key: visible ASCII characters only, without spaces, line breaks and the word Bearer';
  throw invalidRequest([{ parameter: 'token', detail }]);
}

/**
 * Over plain HTTP, everyone on the way could read the token and use it.
 *
 * @throws {StatsError} `invalid-request`
 */
export function assertEncrypted({ protocol, hostname, origin }: URL): void {
  if (protocol === 'https:' || LOOPBACK.test(hostname)) return;
  const detail = `must be true to send the token without encryption to ${origin}; use https if you can`;
  throw invalidRequest([{ parameter: 'allowHttp', detail }]);
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    if (signal.aborted) abort();
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
