import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isId } from '../core/model/ids.js';
import type { Connection } from './connections.js';
import { HttpError, requestError, UNKNOWN } from './problem.js';

/** A request after its response, for logs and metrics. It has no personal data. */
export interface AnsweredRequest {
  /** The request's own `X-Request-Id` if that is valid, else a new one; the response has the same. */
  readonly requestId: string;
  readonly method: string;
  /** The route's path, such as `/courses/{courseId}`; `undefined` if no route was found. */
  readonly route: string | undefined;
  /** The response's status; 499 if the client has disconnected before the response. */
  readonly status: number;
  /** Milliseconds from the request's headers until the response was handed to the connection. */
  readonly duration: number;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** The status that nginx logs. */
const CLIENT_DISCONNECTED = 499;
/** Bytes. */
export const MAX_URL = 8 * 1024;
/** Duplicates are rejected: a proxy could read another one of them than this server. */
const SINGLE_HEADERS = ['Host', 'Content-Type', 'X-User-Id'] as const;

interface RequestOptions {
  readonly connection?: Connection;
  /** Tells a client that sent `Expect: 100-continue` to send the body. */
  readonly acceptBody?: (() => void) | undefined;
}

/** A request and its response. */
export class RequestContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly acceptBody: (() => void) | undefined;
  route: string | undefined;
  readonly #connection: Connection | undefined;
  readonly #start = performance.now();

  constructor(
    request: IncomingMessage,
    response: ServerResponse,
    { connection, acceptBody }: RequestOptions = {},
  ) {
    this.request = request;
    this.response = response;
    this.acceptBody = acceptBody;
    this.#connection = connection;
    const given = request.headers['x-request-id'];
    this.requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
  }

  /** To be called once, when the response was handed to the connection or has failed. */
  end(): AnsweredRequest {
    const { request, response, requestId, route } = this;
    if (this.#connection) this.#connection.pending--;
    return {
      requestId,
      method: request.method ?? '',
      route,
      status: response.destroyed ? CLIENT_DISCONNECTED : response.statusCode,
      duration: performance.now() - this.#start,
    };
  }
}

/** @throws {HttpError} `uri-too-long` */
export function parseTarget(url: string): { readonly pathname: string; readonly search: string } {
  // Node decodes URLs as Latin-1: a character is a byte.
  if (url.length > MAX_URL) throw uriTooLong();
  // RFC 9112, section 3.2.2: a server must accept the absolute form too.
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '');
  const end = target.indexOf('?');
  return end === -1
    ? { pathname: target, search: '' }
    : { pathname: target.slice(0, end), search: target.slice(end + 1) };
}

export function uriTooLong(): HttpError {
  return new HttpError('uri-too-long', `The URL must not exceed ${MAX_URL} bytes.`);
}

/** Text that cannot be decoded is returned as it is: the validation of the value then rejects it. */
export function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @throws {HttpError} `duplicate-header`, `malformed-request` */
export function checkHeaders({ headers, rawHeaders, httpVersion }: IncomingMessage): void {
  const duplicates = SINGLE_HEADERS.filter((name) => countHeader(name, rawHeaders) > 1);
  if (duplicates.length > 0) {
    const detail = 'must be sent only once';
    const faults = duplicates.map((parameter) => ({ parameter, detail }));
    throw new HttpError('duplicate-header', `${duplicates.join(', ')} ${detail}.`, faults);
  }
  if (headers.host === undefined && httpVersion === '1.1') {
    throw requestError('malformed-request', { parameter: 'Host', detail: 'is required' });
  }
}

/** `headers` joins or drops duplicates. `rawHeaders` keeps them: names and values in turn. */
function countHeader(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const actual = rawHeaders[index];
    if (actual?.length === name.length && actual.toLowerCase() === name.toLowerCase()) count++;
  }
  return count;
}

/**
 * The learner, whom the service in front has authenticated.
 *
 * @throws {HttpError} `unauthenticated`
 */
export function readUser(request: IncomingMessage): string {
  const userId = request.headers['x-user-id'];
  if (typeof userId === 'string' && isId(userId)) return userId;
  const detail = 'is required and must be a UUID: 8-4-4-4-12 hexadecimal digits';
  // RFC 9110, section 15.5.2: a 401 names the way to authenticate.
  const headers = { 'WWW-Authenticate': 'X-User-Id' };
  throw requestError('unauthenticated', { parameter: 'X-User-Id', detail }, headers);
}

/** Query parameters by name. Text that looks like an integer is a number; a duplicate parameter is `[]`. */
export type Query = Readonly<Record<string, string | number | readonly never[]>>;

/**
 * Parses a query as arguments of a core call: RFC 3986, where `+` is a plus sign, as in the offset of a time.
 * The core validates it together with the other arguments. A name that the route does not have gets a prefix, so
 * that it cannot set another argument, such as `userId`.
 *
 * @param places of the route's arguments
 */
export function readQuery(search: string, places: ReadonlyMap<string, string>): Query {
  const query: Record<string, Query[string]> = {};
  if (search === '') return query;
  for (const pair of search.split('&').filter(Boolean)) {
    const [rawName = '', ...rawValue] = pair.split('=');
    const name = decode(rawName);
    const key = places.get(name) === 'query' ? name : `${UNKNOWN}${name}`;
    const value = decode(rawValue.join('='));
    const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
    query[key] = Object.hasOwn(query, key) ? [] : number;
  }
  return query;
}
