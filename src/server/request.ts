import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isId } from '../core/model/ids.js';
import { rule } from '../core/model/validation.js';
import type { Caller } from './auth/caller.js';
import type { Connection } from './connections.js';
import { HttpError, requestError, UNKNOWN_PREFIX } from './problem.js';

/** A completed request, for logs and metrics. It contains no personal data. */
export interface CompletedRequest {
  /** The `X-Request-Id` of the request if it is valid, else a new one. The response has the same. */
  readonly requestId: string;
  readonly method: string;
  /** The path of the route, such as `/courses/{courseId}`; `undefined` if no route matched. */
  readonly route: string | undefined;
  /** The status of the response; 499 if the client disconnected before the response. */
  readonly status: number;
  /** Milliseconds between the headers of the request and the write of the response. */
  readonly duration: number;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
/** The status that nginx logs. */
const CLIENT_DISCONNECTED = 499;
/** Bytes. */
export const MAX_URL = 8 * 1024;
/** Duplicates are rejected, because a proxy and this server could use different ones. */
const SINGLE_HEADERS = ['Host', 'Content-Type', 'X-User-Id', 'Authorization'] as const;

interface RequestOptions {
  readonly connection?: Connection;
  /** Sends `100 Continue` to a client that waits for it. */
  readonly acceptBody?: (() => void) | undefined;
}

export class RequestContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly acceptBody: (() => void) | undefined;
  /** The prefix of all paths, as clients see it. */
  basePath = '';
  route: string | undefined;
  /** True if errors are pages, too. */
  isPage = false;
  caller: Caller | undefined;
  /** The learner that a successful response has erased. */
  erased: string | undefined;
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

  /** Must be called once, when the response was sent or has failed. */
  end(): CompletedRequest {
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

export interface RequestTarget {
  /** The prefix of all paths, as clients see it. */
  readonly basePath: string;
  /** The path after the prefix; empty if the request has another prefix. */
  readonly pathname: string;
  readonly search: string;
}

/**
 * @param configured the prefix. Default: the path at which Express has mounted the listener
 * @throws {HttpError} `uri-too-long`
 */
export function parseTarget(request: IncomingMessage, configured?: string): RequestTarget {
  const { url = '' } = request;
  // Node decodes URLs as Latin-1, so a character is a byte.
  if (url.length > MAX_URL) throw uriTooLong();
  // RFC 9112, section 3.2.2: a server must accept the absolute form too.
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '');
  const [path = ''] = target.split('?', 1);
  const search = target.slice(path.length + 1);
  // Express removes the mount path from the URL.
  const mountPath = 'baseUrl' in request && typeof request.baseUrl === 'string' ? request.baseUrl : '';
  const basePath = configured ?? mountPath;
  if (basePath === '' || mountPath !== '') return { basePath, pathname: path, search };
  const isBelow = path === basePath || path.startsWith(`${basePath}/`);
  return { basePath, pathname: isBelow ? path.slice(basePath.length) || '/' : '', search };
}

export function uriTooLong(): HttpError {
  return new HttpError('uri-too-long', `The URL is too long; it must be at most ${MAX_URL} bytes long.`);
}

/** Returns the text unchanged if it cannot be decoded; validation then rejects it. */
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

/** Counts a header in `rawHeaders`, where names and values alternate. `headers` has no duplicates. */
function countHeader(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const actual = rawHeaders[index];
    if (actual?.length === name.length && actual.toLowerCase() === name.toLowerCase()) count++;
  }
  return count;
}

/** @throws {HttpError} `unauthenticated` */
export function readUser(request: IncomingMessage): string {
  const userId = request.headers['x-user-id'];
  if (typeof userId === 'string' && isId(userId)) return userId;
  const detail = rule('must be a UUID: 8-4-4-4-12 hexadecimal digits')({ input: userId });
  // Required by RFC 9110, section 15.5.2.
  const headers = { 'WWW-Authenticate': 'X-User-Id' };
  throw requestError('unauthenticated', { parameter: 'X-User-Id', detail }, headers);
}

/** The parameters of a route. */
interface QueryParameters {
  readonly locations: ReadonlyMap<string, string>;
  /** Those whose value is a number. */
  readonly numbers: ReadonlySet<string>;
}

/** Query parameters as arguments of a core call; a duplicate parameter is a list. */
export type QueryArguments = Readonly<Record<string, string | number | readonly unknown[]>>;

/**
 * Parses a query by RFC 3986, where `+` is a plus sign, as in the offset of a time. The core validates the
 * result with the other arguments. An unknown name gets a prefix, so that it cannot set another argument,
 * such as `userId`.
 */
export function readQuery(search: string, { locations, numbers }: QueryParameters): QueryArguments {
  const query: Record<string, QueryArguments[string]> = {};
  if (search === '') return query;
  for (const pair of search.split('&').filter(Boolean)) {
    const [rawName = '', ...rawValue] = pair.split('=');
    const name = decode(rawName);
    const key = locations.get(name) === 'query' ? name : `${UNKNOWN_PREFIX}${name}`;
    const value = decode(rawValue.join('='));
    const argument = numbers.has(key) && /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
    query[key] = Object.hasOwn(query, key) ? [query[key], argument].flat() : argument;
  }
  return query;
}
