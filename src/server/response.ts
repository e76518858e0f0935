import type { ServerResponse } from 'node:http';
import type { Page } from '../core/index.js';
import type { MemoryBudget } from './memory-budget.js';
import type { Query, RequestContext } from './request.js';

type Headers = Readonly<Record<string, string>>;

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Headers;
  /** Default: those of a response with personal data. */
  readonly baseHeaders?: Headers;
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
  { headers, baseHeaders = PERSONAL_DATA, type = 'application/json', body, text }: HttpResponse,
  requestId: string,
) {
  // The newline is for people who use curl in a terminal.
  const content = text ?? (body === undefined ? '' : `${JSON.stringify(body)}\n`);
  const size = Buffer.byteLength(content);
  return {
    content,
    size,
    headers: {
      ...baseHeaders,
      'X-Request-Id': requestId,
      ...(size > 0 && { 'Content-Type': type, 'Content-Length': String(size) }),
      ...headers,
    },
  };
}

/**
 * @param budget counts the response until it is sent. Only for requests that change nothing: a client must not be
 *   told that its change has failed.
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

/** The `Link` to the next page of a list (RFC 8288), with the same limit and range. */
export function nextLink(path: string, query: Query, { next }: Page<unknown>): Headers {
  if (next === null) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  parameters.set('cursor', next);
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
