import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Stats } from '../core/index.js';
import type { Answer } from './answer.js';
import { readJson } from './body.js';
import { describeApi } from './openapi/index.js';
import { queryNames } from './openapi/places.js';
import { problemAnswer } from './problem.js';
import { readQuery } from './query.js';
import { checkHeaders, readUser } from './request.js';
import { isServiceRoute } from './route.js';
import { Router } from './router.js';
import { routes } from './routes/index.js';
import { parseTarget } from './target.js';

export interface AppOptions {
  /**
   * Told of every answer of 500 and 503, with the id that the answer carries as `X-Request-Id`.
   * Default: nothing is told.
   */
  readonly onError?: (error: unknown, requestId: string) => void;
}

/** A `node:http` request listener. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** Milliseconds. */
const LINGER = 1_000;

/** Personal data: no cache keeps it, no browser guesses its type. */
const COMMON_HEADERS = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];

/**
 * The whole API as a listener for a `node:http` server of your own. It never listens and never closes
 * `stats`.
 *
 * @example
 * import { createServer } from 'node:http';
 *
 * const stats = await openStats({ database: 'sqlite::memory:' });
 * const server = createServer(createListener(stats));
 * server.listen(8080);
 */
export function createListener(stats: Stats, options: AppOptions = {}): Listener {
  return createListeners(stats, options).request;
}

/** For our own server also the listener of Node's `checkContinue`, which lets us refuse a body before it is sent. */
export function createListeners(
  stats: Stats,
  options: AppOptions = {},
): { request: Listener; checkContinue: Listener } {
  const app = new App(stats, options);
  return {
    request: (request, response) => void app.serve(request, response, () => undefined),
    checkContinue: (request, response) => {
      // A client whose body is refused may send it or not: only a new connection is sure to begin with a request.
      response.shouldKeepAlive = false;
      void app.serve(request, response, () => {
        response.shouldKeepAlive = true;
        response.writeContinue();
      });
    },
  };
}

class App {
  readonly #stats: Stats;
  readonly #onError: NonNullable<AppOptions['onError']>;
  readonly #router = new Router(routes);
  readonly #queryNames = new Map(routes.map((route) => [route, queryNames(route)]));
  #description: unknown;

  constructor(stats: Stats, { onError = () => undefined }: AppOptions) {
    this.#stats = stats;
    this.#onError = onError;
  }

  /** Never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse, acceptBody: () => void): Promise<void> {
    const requestId = requestIdOf(request);
    try {
      send(request, response, requestId, await this.#answer(request, acceptBody));
    } catch (error) {
      // Who has gone before the end of the request gets no answer, and is no error of ours.
      if (!request.complete && response.destroyed) return;
      const answer = problemAnswer(error);
      send(request, response, requestId, answer);
      if (answer.status >= 500) this.#report(error, requestId);
    }
  }

  /** A log that fails must not end the server. */
  #report(error: unknown, requestId: string): void {
    try {
      this.#onError(error, requestId);
    } catch {}
  }

  async #answer(request: IncomingMessage, acceptBody: () => void): Promise<Answer> {
    const { pathname, search } = parseTarget(request.url ?? '');
    checkHeaders(request);
    const match = this.#router.find(request.method ?? '', pathname);
    if ('allow' in match) return { status: 204, headers: { Allow: match.allow } };

    const { route, path } = match;
    if (isServiceRoute(route)) return route.handle({ stats: this.#stats, describe: () => this.#describe() });
    const userId = readUser(request);
    const query = readQuery(search, this.#queryNames.get(route));
    const body = route.document === undefined ? undefined : await readJson(request, acceptBody);
    return route.handle(this.#stats.unchecked, { userId, path, query, body });
  }

  #describe(): unknown {
    this.#description ??= describeApi(routes);
    return this.#description;
  }
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  { status, headers, type = 'application/json', body }: Answer,
): void {
  // With a line end, for the terminal of a person who tries the API out.
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
  const size = Buffer.byteLength(text);
  const all = [...COMMON_HEADERS, 'X-Request-Id', requestId];
  if (size > 0) all.push('Content-Type', type, 'Content-Length', String(size));
  for (const name in headers) all.push(name, headers[name] ?? '');
  response.writeHead(status, all);
  if (headers?.['Connection'] === 'close' && !request.complete) linger(request, response, text);
  // Where each character is one byte, the text is ASCII, which Node writes faster as what is a part of it.
  else response.end(text, size === text.length ? 'latin1' : 'utf8');
}

/**
 * Answers a client that is still sending, and takes what it sends for a while: a connection that is closed under
 * it would be reset, and the answer lost with it.
 */
function linger(request: IncomingMessage, response: ServerResponse, text: string): void {
  response.write(text);
  const end = () => response.end();
  const timer = setTimeout(end, LINGER);
  request.resume();
  request.once('close', () => {
    clearTimeout(timer);
    end();
  });
}
