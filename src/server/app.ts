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
  type CompletedRequest,
} from './request.js';
import { send, withBasePath, type HttpResponse } from './response.js';
import { isServiceRoute, Router, type Service } from './router.js';
import { pageRoutes, routeGroups, routes } from './routes/index.js';

export interface AppOptions {
  /** Receives the error and request id of each response of 500 or 503. Exceptions are ignored. */
  readonly onError?: ((error: unknown, requestId: string) => void) | undefined;
  /** Receives each request after its response or after its client disconnected. Exceptions are ignored. */
  readonly onResponse?: ((completed: CompletedRequest) => void) | undefined;
  /** Served at `GET /metrics`. To add database metrics, pass it to `openStats` as its `observer`, too. */
  readonly metrics?: Metrics | undefined;
  /**
   * The prefix of all paths, such as `/stats`. It is removed from the paths of requests and added to `Location`,
   * `Link` and the OpenAPI document. Paths without it are not found. Default: the path at which Express has
   * mounted the listener, else none.
   */
  readonly basePath?: string | undefined;
}

/** Segments without a slash at the end. */
const BASE_PATH = /^(?:\/[\w.~%-]+)*$/;

/**
 * Returns the API as a request listener for your own `node:http` server. Closing `stats` is up to you.
 *
 * @example
 * import { createServer } from 'node:http';
 *
 * const stats = await openStats({ database: 'sqlite::memory:' });
 * const server = createServer(createListener(stats));
 * server.listen(8080);
 *
 * @throws {RangeError} if `basePath` is invalid
 */
export function createListener(stats: Stats, options: AppOptions = {}): RequestListener {
  const app = new App(stats, options);
  return (request, response) => void app.serve(new RequestContext(request, response));
}

export class App implements Service {
  /** False during shutdown: `/readyz` then fails, and load balancers use another instance. */
  isReady = true;
  readonly #stats: Stats;
  readonly #options: AppOptions;
  readonly #metrics: Metrics;
  readonly #router = new Router([...routes, ...pageRoutes]);
  readonly #bodies = new MemoryBudget();
  readonly #responses = new MemoryBudget();
  #description: ReturnType<typeof describeApi> | undefined;

  constructor(stats: Stats, options: AppOptions) {
    const { basePath = '' } = options;
    if (!BASE_PATH.test(basePath)) {
      throw new RangeError(`basePath is "${basePath}"; it must begin with / and must not end with /.`);
    }
    this.#stats = stats;
    this.#options = options;
    this.#metrics = options.metrics ?? new Metrics();
  }

  /** Sends a response to every request. The promise never rejects. */
  async serve(context: RequestContext): Promise<void> {
    try {
      const response = await this.#respond(context);
      for (const error of response.failures ?? []) this.#report(error, context.requestId);
      const isCounted = context.request.method === 'GET' && response.text === undefined;
      send(context, withBasePath(response, context.basePath), isCounted ? this.#responses : undefined);
    } catch (error) {
      this.#fail(context, error);
    }
    // A `close` listener per response would cost more than the rest of this method.
    this.report(context.end());
  }

  /** Rejects a request before it is routed. */
  reject(context: RequestContext, error: HttpError | StatsError): void {
    send(context, problemResponse(error));
    this.report(context.end());
  }

  report(completed: CompletedRequest): void {
    this.#metrics.completed(completed);
    ignoringErrors(() => this.#options.onResponse?.(completed));
  }

  /** Not async, which would create three more promises for each request. */
  #respond(context: RequestContext): HttpResponse | Promise<HttpResponse> {
    const { request, acceptBody } = context;
    const { basePath, pathname, search } = parseTarget(request, this.#options.basePath);
    context.basePath = basePath;
    checkHeaders(request);
    const match = this.#router.find(request.method ?? '', pathname, basePath);
    if ('allow' in match) return { status: 204, headers: { Allow: match.allow } };

    const { route, path, locations } = match;
    context.route = route.path;
    if (isServiceRoute(route)) return route.handle(this, basePath);
    const userId = readUser(request);
    const query = readQuery(search, locations);
    const call: Record<string, unknown> = { ...query, ...path };
    if (locations.has('userId')) call['userId'] = userId;
    const { document } = route;
    const url = { pathname: `${basePath}${pathname}`, query };
    if (!document) return route.handle(this.#stats.untyped, call, url);
    return readJson(request, this.#bodies, { ...document, onAccepted: acceptBody }).then((body) => {
      call[document.argument] = body;
      return route.handle(this.#stats.untyped, call, url);
    });
  }

  #fail(context: RequestContext, error: unknown): void {
    const { request, response, requestId } = context;
    // The client disconnected before the end of its request.
    if (!request.complete && response.destroyed) return;
    const problem = problemResponse(error);
    // A middleware may have responded, for example after a timeout of its own.
    if (!response.headersSent) send(context, problem);
    if (problem.status < 500 || problem.body.code === 'stopping') return;
    this.#report(error, requestId);
  }

  #report(error: unknown, requestId: string): void {
    ignoringErrors(() => this.#options.onError?.(error, requestId));
  }

  async ready(): Promise<void> {
    if (!this.isReady) throw new HttpError('stopping', 'The server is shutting down.');
    await this.#stats.ready();
  }

  readMetrics(): Promise<string> {
    return this.#metrics.read();
  }

  describe(basePath: string): unknown {
    this.#description ??= describeApi(routeGroups);
    const servers = this.#description.servers.map((server) => ({ ...server, url: basePath || '/' }));
    return { ...this.#description, servers };
  }
}
