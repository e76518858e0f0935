import type { ServerResponse } from 'node:http';
import type { Page } from '../core/index.js';
import type { MemoryBudget } from './memory-budget.js';
import type { Headers } from './problem.js';
import type { Query, RequestContext } from './request.js';

export interface HttpResponse {
  readonly status: number;
  /** They override those for personal data. */
  readonly headers?: Headers;
  /** Default: `application/json`. */
  readonly type?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of a `body`. */
  readonly text?: string | Buffer;
}

/** Milliseconds. */
const LINGER = 1_000;
/** Bytes up to which a response is not counted in the memory budget. */
const SMALL_RESPONSE = 64 * 1024;

/** For personal data: no caching, no type sniffing, no scripts, no frames. */
const PERSONAL_DATA: Headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
};

export function serialize(
  { headers, type = 'application/json', body, text }: HttpResponse,
  requestId: string,
) {
  // The newline is for people who use curl in a terminal.
  const content = text ?? (body === undefined ? '' : `${JSON.stringify(body)}\n`);
  const size = Buffer.byteLength(content);
  const all: Record<string, string> = { ...PERSONAL_DATA, 'X-Request-Id': requestId };
  if (size > 0) {
    all['Content-Type'] = type;
    all['Content-Length'] = String(size);
  }
  for (const name in headers) all[name] = headers[name] ?? '';
  return { content, size, headers: all };
}

/**
 * @param budget counts the response until it is sent. Only for requests that change nothing: a client must not be
 *   informed that its change has failed.
 * @throws {StatsError} `overloaded`; nothing was sent
 */
export function send(
  { request, response, requestId }: RequestContext,
  httpResponse: HttpResponse,
  budget?: MemoryBudget,
): void {
  const { content, size, headers } = serialize(httpResponse, requestId);
  if (budget && size > SMALL_RESPONSE) reserveUntilSent(budget, response, size);
  response.writeHead(httpResponse.status, headers);
  if (httpResponse.headers?.['Connection'] === 'close' && !request.complete) linger(response, content);
  // If each character is one byte, the text is ASCII, which Node writes faster as Latin-1.
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
  // If the connection ends, Node closes only the response that is being sent, not those queued behind it.
  socket.setMaxListeners(0).on('close', release);
  response.on('close', release);
}

/**
 * Responds while the client is still sending, and discards what it sends for a while: closing the connection at
 * once would reset it, and the client would lose the response.
 */
function linger(response: ServerResponse, content: string | Buffer): void {
  response.write(content);
  const end = () => response.end();
  const timer = setTimeout(end, LINGER);
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

export interface RequestUrl {
  readonly pathname: string;
  readonly query: Query;
}

/** A page of a list, with a `Link` to the next one (RFC 8288) that has the same limit and range. */
export function okPage(page: Page<unknown>, { pathname, query }: RequestUrl): HttpResponse {
  if (page.next === null) return ok(page);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  parameters.set('cursor', page.next);
  return { ...ok(page), headers: { Link: `<${pathname}?${parameters.toString()}>; rel="next"` } };
}
