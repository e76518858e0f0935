import type { ServerResponse } from 'node:http';
import type { Page } from '../core/index.js';
import type { MemoryBudget } from './memory-budget.js';
import type { Headers } from './problem.js';
import type { QueryArguments, RequestContext } from './request.js';

export interface HttpResponse {
  readonly status: number;
  /** Override the default headers. */
  readonly headers?: Headers;
  /** Default: `application/json`. */
  readonly type?: string;
  /** Sent as JSON, unless `format` returns another text. */
  readonly body?: unknown;
  readonly format?: (body: unknown) => string;
  /** Errors of status 500 or 503 within a successful response, to be logged. */
  readonly failures?: readonly unknown[];
  /** Sent unchanged, instead of a `body`. */
  readonly text?: string | Buffer;
}

/** Milliseconds to discard the rest of a request after an early response. */
const DISCARD_TIMEOUT = 1_000;
/** Bytes up to which the memory budget ignores a response. */
const SMALL_RESPONSE = 64 * 1024;

/** Default headers. They forbid caching, type sniffing, scripts and frames. */
const PERSONAL_DATA_HEADERS: Headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

export function serialize(
  { headers, type = 'application/json', body, format = toJson, text }: HttpResponse,
  requestId: string,
): { readonly content: string | Buffer; readonly size: number; readonly headers: Headers } {
  const content = text ?? (body === undefined ? '' : format(body));
  const size = Buffer.byteLength(content);
  const all: Record<string, string> = { ...PERSONAL_DATA_HEADERS, 'X-Request-Id': requestId };
  if (size > 0) {
    all['Content-Type'] = type;
    all['Content-Length'] = String(size);
  }
  for (const name in headers) all[name] = headers[name] ?? '';
  return { content, size, headers: all };
}

/** The newline separates the output of curl from the prompt of a terminal. */
function toJson(body: unknown): string {
  return `${JSON.stringify(body)}\n`;
}

/**
 * @param budget reserves memory until the response is sent. Pass it for reads only: a committed write must not be reported as failed.
 * @throws {StatsError} `overloaded` before anything is sent
 */
export function send(
  { request, response, requestId }: RequestContext,
  httpResponse: HttpResponse,
  budget?: MemoryBudget,
): void {
  const { content, size, headers } = serialize(httpResponse, requestId);
  if (budget && size > SMALL_RESPONSE) reserveUntilSent(budget, response, size);
  response.writeHead(httpResponse.status, headers);
  if (httpResponse.headers?.['Connection'] === 'close' && !request.complete)
    endAfterRequest(response, content);
  // Text with one byte per character is ASCII, which Node writes faster as Latin-1.
  else response.end(content, size === content.length ? 'latin1' : 'utf8');
}

function reserveUntilSent(budget: MemoryBudget, response: ServerResponse, size: number): void {
  const { socket } = response.req;
  if (socket.destroyed || response.closed) return;
  budget.reserve(size);
  const release = () => {
    socket.off('close', release);
    response.off('close', release);
    budget.release(size);
  };
  // When a connection closes, Node closes the response in flight, but not the responses queued behind it.
  socket.setMaxListeners(0).on('close', release);
  response.on('close', release);
}

/** Responds before the request has arrived completely. Closing at once would reset the connection. */
function endAfterRequest(response: ServerResponse, content: string | Buffer): void {
  response.write(content);
  const end = () => response.end();
  const timer = setTimeout(end, DISCARD_TIMEOUT);
  response.req.resume().once('close', () => {
    clearTimeout(timer);
    end();
  });
}

export function ok(body: unknown): HttpResponse {
  return { status: 200, body };
}

export function created(location: string, body: unknown): HttpResponse {
  return { status: 201, headers: { Location: location }, body };
}

export function noContent(): HttpResponse {
  return { status: 204 };
}

/** Adds the prefix to the path of the created resource. A relative location needs none. */
export function withBasePath(response: HttpResponse, basePath: string): HttpResponse {
  const location = response.headers?.['Location'];
  if (basePath === '' || !location?.startsWith('/')) return response;
  return { ...response, headers: { ...response.headers, Location: `${basePath}${location}` } };
}

export interface RequestUrl {
  /** Includes the base path. */
  readonly pathname: string;
  readonly query: QueryArguments;
}

/** Responds with a page and a `Link` to the next one (RFC 8288), which keeps the query parameters. */
export function okPage(page: Page<unknown>, { pathname, query }: RequestUrl): HttpResponse {
  if (page.next === null) return ok(page);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  parameters.set('cursor', page.next);
  return { ...ok(page), headers: { Link: `<${pathname}?${parameters.toString()}>; rel="next"` } };
}
