import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Stats, StatsError } from '../core/index.js';
import { ignoringErrors } from '../core/observer.js';
import type { Answer } from './answer.js';
import { AnswerBudget } from './answer-budget.js';
import { BodyBudget } from './body-budget.js';
import { readJson } from './body.js';
import { Exchange, type AnsweredRequest } from './exchange.js';
import { HttpError } from './http-error.js';
import { Metrics } from './metrics.js';
import { describeApi } from './openapi/index.js';
import { queryNames } from './openapi/places.js';
import { problemAnswer } from './problem.js';
import { readQuery } from './query.js';
import { checkHeaders, readUser } from './request.js';
import { isServiceRoute, type Service } from './route.js';
import { Router } from './router.js';
import { assetRoutes, groups, routes } from './routes/index.js';
import { send } from './send.js';
import { parseTarget } from './target.js';

export interface AppOptions {
  /**
   * Told of what made a call fail with 500 or 503, with the id that the answer carries as `X-Request-Id`.
   * Default: nothing is told.
   */
  readonly onError?: (error: unknown, requestId: string) => void;
  /** Told of every request when its answer is handed to the connection, or has come to nothing. Default: nothing is told. */
  readonly onAnswer?: (answered: AnsweredRequest) => void;
  /**
   * What `GET /metrics` tells. To have those of the database too, pass the same to `openStats` as its `observer`.
   * Default: those of HTTP only.
   */
  readonly metrics?: Metrics;
}

/** A `node:http` request listener. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

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
  const app = new App(stats, options);
  return (request, response) => void app.serve(new Exchange(request, response));
}

export class App {
  /** Until the end is near: then it fails, so that requests go elsewhere. */
  isReady = true;
  readonly #stats: Stats;
  readonly #options: AppOptions;
  readonly #metrics: Metrics;
  readonly #router = new Router([...routes, ...assetRoutes]);
  readonly #queryNames = new Map(routes.map((route) => [route, queryNames(route)]));
  readonly #bodies = new BodyBudget();
  readonly #answers = new AnswerBudget();
  #description: unknown;

  constructor(stats: Stats, options: AppOptions) {
    this.#stats = stats;
    this.#options = options;
    this.#metrics = options.metrics ?? new Metrics();
  }

  /** Never rejects. */
  async serve(exchange: Exchange): Promise<void> {
    try {
      const answer = await this.#answer(exchange);
      send(exchange, answer, isCounted(exchange, answer) ? this.#answers : undefined);
    } catch (error) {
      this.#fail(exchange, error);
    }
    // Not when the response closes: a listener for each costs more than all the rest of this.
    this.answered(exchange.end());
  }

  /** Answers a request that has no other answer. */
  refuse(exchange: Exchange, error: HttpError | StatsError): void {
    send(exchange, problemAnswer(error));
    this.answered(exchange.end());
  }

  /** Told also of what Node's parser refuses. */
  answered(answered: AnsweredRequest): void {
    this.#metrics.answered(answered);
    // A log that fails must not end the server.
    ignoringErrors(() => this.#options.onAnswer?.(answered));
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { request, response, requestId } = exchange;
    // Who has gone before the end of the request gets no answer, and is no error of ours.
    if (!request.complete && response.destroyed) return;
    const answer = problemAnswer(error);
    send(exchange, answer);
    // A server that stops says so by itself.
    if (answer.status < 500 || error instanceof HttpError) return;
    ignoringErrors(() => this.#options.onError?.(error, requestId));
  }

  #answer(exchange: Exchange): Answer | Promise<Answer> {
    const { request, acceptBody } = exchange;
    const { pathname, search } = parseTarget(request.url ?? '');
    checkHeaders(request);
    const match = this.#router.find(request.method ?? '', pathname);
    if ('allow' in match) return { status: 204, headers: { Allow: match.allow } };

    const { route, path } = match;
    exchange.route = route.path;
    if (isServiceRoute(route)) return route.handle(this.#service);
    const userId = readUser(request);
    const query = readQuery(search, this.#queryNames.get(route));
    const handle = (body?: unknown) => route.handle(this.#stats.unchecked, { userId, path, query, body });
    return route.document ? readJson(request, this.#bodies, acceptBody).then(handle) : handle();
  }

  readonly #service: Service = {
    ready: async () => {
      if (!this.isReady) throw new HttpError('stopping', 'The server is about to end.');
      await this.#stats.ready();
    },
    metrics: () => this.#metrics.read(),
    describe: () => (this.#description ??= describeApi(groups)),
  };
}

/** What has changed something was done, whatever becomes of its answer; a text is there once for all. */
function isCounted({ request }: Exchange, { text }: Answer): boolean {
  return request.method === 'GET' && text === undefined;
}
