import type { RequestListener } from 'node:http';
import type { Stats, StatsError } from '../core/index.js';
import { ignoringErrors } from '../core/observer.js';
import { readJson } from './body.js';
import { MemoryBudget } from './memory-budget.js';
import { Metrics } from './metrics.js';
import { describeApi } from './openapi/index.js';
import { HttpError, problemResponse } from './problem.js';
import {
  checkHeaders,
  parseTarget,
  readQuery,
  readUser,
  RequestContext,
  type AnsweredRequest,
} from './request.js';
import { send, type HttpResponse } from './response.js';
import { isServiceRoute, Router, type Service } from './router.js';
import { assetRoutes, groups, routes } from './routes/index.js';

export interface AppOptions {
  /**
   * Receives the error of each call that fails with 500 or 503, and the `X-Request-Id` of its response. Its own
   * exceptions are ignored.
   */
  readonly onError?: (error: unknown, requestId: string) => void;
  /**
   * Receives every request when its response is handed to the connection, or when the client has disconnected.
   * Exceptions are ignored.
   */
  readonly onAnswer?: (answered: AnsweredRequest) => void;
  /**
   * The metrics at `GET /metrics`. To include those of the database, pass the same object to `openStats` as
   * its `observer`. Default: those of HTTP only.
   */
  readonly metrics?: Metrics;
}

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
export function createListener(stats: Stats, options: AppOptions = {}): RequestListener {
  const app = new App(stats, options);
  return (request, response) => void app.serve(new RequestContext(request, response));
}

export class App implements Service {
  /** False during shutdown: `/readyz` then fails, so that load balancers use another instance. */
  isReady = true;
  readonly #stats: Stats;
  readonly #options: AppOptions;
  readonly #metrics: Metrics;
  readonly #router = new Router([...routes, ...assetRoutes]);
  readonly #bodies = new MemoryBudget();
  readonly #responses = new MemoryBudget();
  #description: unknown;

  constructor(stats: Stats, options: AppOptions) {
    this.#stats = stats;
    this.#options = options;
    this.#metrics = options.metrics ?? new Metrics();
  }

  /** Never rejects. */
  async serve(context: RequestContext): Promise<void> {
    try {
      const response = await this.#respond(context);
      const isCounted = context.request.method === 'GET' && response.text === undefined;
      send(context, response, isCounted ? this.#responses : undefined);
    } catch (error) {
      this.#fail(context, error);
    }
    // Not when the response closes: a listener per response costs more than all of the above.
    this.report(context.end());
  }

  /** Rejects a request before it is routed. */
  reject(context: RequestContext, error: HttpError | StatsError): void {
    send(context, problemResponse(error));
    this.report(context.end());
  }

  report(answered: AnsweredRequest): void {
    this.#metrics.answered(answered);
    ignoringErrors(() => this.#options.onAnswer?.(answered));
  }

  /** Not an async function, which would create three more promises for every request. */
  #respond(context: RequestContext): HttpResponse | Promise<HttpResponse> {
    const { request, acceptBody } = context;
    const { pathname, search } = parseTarget(request.url ?? '');
    checkHeaders(request);
    const found = this.#router.find(request.method ?? '', pathname);
    if ('allow' in found) return { status: 204, headers: { Allow: found.allow } };

    const { route, path, places } = found;
    context.route = route.path;
    if (isServiceRoute(route)) return route.handle(this);
    const userId = readUser(request);
    const query = readQuery(search, places);
    const call: Record<string, unknown> = { ...query, ...path };
    if (places.has('userId')) call['userId'] = userId;
    const { document } = route;
    if (!document) return route.handle(this.#stats.untyped, call, { pathname, query });
    return readJson(request, this.#bodies, acceptBody).then((body) => {
      call[document.argument] = body;
      return route.handle(this.#stats.untyped, call, { pathname, query });
    });
  }

  #fail(context: RequestContext, error: unknown): void {
    const { request, response, requestId } = context;
    // The client has disconnected in the middle of its request.
    if (!request.complete && response.destroyed) return;
    const problem = problemResponse(error);
    send(context, problem);
    // `stopping` is not a failure.
    if (problem.status < 500 || error instanceof HttpError) return;
    ignoringErrors(() => this.#options.onError?.(error, requestId));
  }

  async ready(): Promise<void> {
    if (!this.isReady) throw new HttpError('stopping', 'The server is shutting down.');
    await this.#stats.ready();
  }

  readMetrics(): Promise<string> {
    return this.#metrics.read();
  }

  describe(): unknown {
    return (this.#description ??= describeApi(groups));
  }
}
