import type { RequestListener } from 'node:http';
import * as z from 'zod';
import type { Clock, Stats, StatsError } from '../core/index.js';
import { isId } from '../core/model/ids.js';
import { invalidRequest, parseCall, rule } from '../core/model/validation.js';
import { ignoringErrors } from '../core/observer.js';
import { authorize } from './auth/access.js';
import { AccessError, type Caller } from './auth/caller.js';
import { limitToCourses } from './auth/course-limit.js';
import { authOf, type Auth, type AuthOptions } from './auth/options.js';
import { erasure, refusal, type SecurityEvent } from './auth/security-event.js';
import { readJson } from './body.js';
import { csvListOf, negotiate } from './csv.js';
import { RefusedSession } from './dashboard/sessions.js';
import { assertFrameAncestors, withFrameAncestors } from './frame-ancestors.js';
import { MemoryBudget } from './memory-budget.js';
import { Metrics } from './metrics.js';
import { describeApi } from './openapi/index.js';
import { HttpError, problemResponse } from './problem.js';
import { checkHeaders, parseTarget, readQuery, RequestContext, type CompletedRequest } from './request.js';
import { send, withBasePath, type HttpResponse, type RequestUrl } from './response.js';
import {
  isCallerRoute,
  isPageRoute,
  isServiceRoute,
  Router,
  type CallerRoute,
  type CallRoute,
  type PageRoute,
  type Service,
} from './router.js';
import { dashboardRoutes, isDashboard, pageRoutes, routeGroups, routes } from './routes/index.js';

export interface AppOptions {
  /** How requests are authenticated. Default: by a gateway on this machine. */
  readonly auth?: AuthOptions | undefined;
  /** Receives each refused request and each erased learner. Exceptions are ignored. */
  readonly onSecurityEvent?: ((event: SecurityEvent) => void) | undefined;
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
  /**
   * The sites that may show the pages of the dashboard in a frame: `'self'` and origins, separated by spaces. Default:
   * `'none'`.
   */
  readonly frameAncestors?: string | undefined;
  /** The time in milliseconds since 1970. Charts mark the interval that is not over. Default: `Date.now`. */
  readonly clock?: Clock | undefined;
}

const NO_ARGUMENTS = z.strictObject({});
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
 * @throws {RangeError} if `basePath`, `frameAncestors` or `auth` is invalid
 */
export function createListener(stats: Stats, options: AppOptions = {}): RequestListener {
  const app = new App(stats, options);
  return (request, response) => void app.serve(new RequestContext(request, response));
}

/** The target of an authenticated request of a page. */
interface PageTarget {
  readonly route: PageRoute;
  readonly pathname: string;
  readonly path: Readonly<Record<string, string>>;
  readonly search: string;
}

/** A call of an authenticated request. */
interface CallTarget {
  readonly route: CallRoute | CallerRoute;
  /** The arguments in the path and the query. */
  readonly call: Record<string, unknown>;
  /** True if `X-User-Id` or the credential names the learner of the call. */
  readonly takesUser: boolean;
  readonly url: RequestUrl;
}

export class App implements Service {
  /** False during shutdown: `/readyz` then fails, and load balancers use another instance. */
  isReady = true;
  readonly #stats: Stats;
  readonly #options: AppOptions;
  readonly #metrics: Metrics;
  readonly #auth: Auth;
  readonly #router: Router;
  readonly #bodies = new MemoryBudget();
  readonly #responses = new MemoryBudget();
  #description: ReturnType<typeof describeApi> | undefined;

  constructor(stats: Stats, options: AppOptions) {
    const { basePath = '' } = options;
    if (!BASE_PATH.test(basePath)) {
      throw new RangeError(`basePath is "${basePath}"; it must begin with / and must not end with /.`);
    }
    if (options.frameAncestors !== undefined) assertFrameAncestors(options.frameAncestors);
    this.#stats = stats;
    this.#options = options;
    this.#metrics = options.metrics ?? new Metrics();
    this.#auth = authOf(options.auth);
    const sessionRoutes = this.#auth.sessions?.routes ?? [];
    this.#router = new Router([...routes, ...pageRoutes, ...dashboardRoutes, ...sessionRoutes]);
  }

  /** Sends a response to every request. The promise never rejects. */
  async serve(context: RequestContext): Promise<void> {
    try {
      const response = await this.#respond(context);
      for (const error of response.failures ?? []) this.#report(error, context.requestId);
      if (context.erased !== undefined) this.#secure(erasure(context, context.erased));
      const isCounted = context.request.method === 'GET' && response.text === undefined;
      send(context, withBasePath(response, context.basePath), isCounted ? this.#responses : undefined);
    } catch (error) {
      // A page shows its problem. The rest of the API does not wait for another promise.
      if (context.isPage) await this.#failPage(context, error);
      else this.#fail(context, error);
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
    const { request } = context;
    const { basePath, pathname, search } = parseTarget(request, this.#options.basePath);
    context.basePath = basePath;
    context.isPage = isDashboard(pathname);
    checkHeaders(request);
    const match = this.#router.find(request.method ?? '', pathname, basePath);
    if ('allow' in match) return { status: 204, headers: { Allow: match.allow } };

    const { route, path, locations } = match;
    context.route = route.path;
    if (isServiceRoute(route)) {
      // A form is small, so the client may send it before it is checked.
      if (route.method === 'POST') context.acceptBody?.();
      return route.handle(this, basePath, path, request);
    }
    if (isPageRoute(route)) return this.#openPage(context, { route, pathname, path, search });
    const query = readQuery(search, match);
    const url = { pathname: `${basePath}${pathname}`, query };
    const target = {
      route,
      call: { ...query, ...path },
      takesUser: locations.get('userId') === 'header',
      url,
    };
    const caller = this.#auth.authenticator.authenticate(request);
    if (caller instanceof Promise) return caller.then((known) => this.#call(context, known, target));
    return this.#call(context, caller, target);
  }

  #call(
    context: RequestContext,
    caller: Caller,
    { route, call, takesUser, url }: CallTarget,
  ): HttpResponse | Promise<HttpResponse> {
    const { request, acceptBody } = context;
    const { clock = Date.now } = this.#options;
    context.caller = caller;
    const userId = authorize(route.access, caller, request.headers['x-user-id']?.toString());
    if (isCallerRoute(route)) {
      parseCall(NO_ARGUMENTS, call);
      return route.handle(caller);
    }
    const calls = this.#stats.untyped;
    const stats = caller.courses ? limitToCourses(calls, caller.courses, caller) : calls;
    if (takesUser) call['userId'] = userId;
    const { document } = route;
    if (route.operation === 'eraseUser') context.erased = userId;
    const list = csvListOf(route);
    if (list) {
      return route
        .handle(stats, call, url, clock)
        .then((response) => negotiate(response, list, request.headers.accept));
    }
    if (!document) return route.handle(stats, call, url, clock);
    return readJson(request, this.#bodies, { ...document, onAccepted: acceptBody }).then((body) => {
      call[document.argument] = body;
      return route.handle(stats, call, url, clock);
    });
  }

  async #openPage(
    context: RequestContext,
    { route, pathname, path, search }: PageTarget,
  ): Promise<HttpResponse> {
    const { clock = Date.now } = this.#options;
    const { headers } = context.request;
    const isClosed = () => context.response.destroyed;
    const { authenticator, sessions } = this.#auth;
    const caller = sessions
      ? await sessions.enter(context.request, pathname, search)
      : await authenticator.authenticate(context.request);
    if ('status' in caller) return caller;
    context.caller = caller;
    const learner = path['userId'];
    if (learner !== undefined && !isId(learner)) {
      const detail = rule('must be a UUID: 8-4-4-4-12 hexadecimal digits')({ input: learner });
      throw invalidRequest([{ parameter: 'userId', detail }]);
    }
    const userId = authorize(route.access, caller, learner ?? headers['x-user-id']?.toString());
    const calls = this.#stats.untyped;
    const stats = caller.courses ? limitToCourses(calls, caller.courses, caller) : calls;
    const query = new URLSearchParams(search);
    const now = clock();
    const response = await route.handle({ stats, caller, userId, pathname, path, query, now, isClosed });
    return withFrameAncestors(response, this.#options.frameAncestors);
  }

  /** Responds with a page instead of a problem document. */
  async #failPage(context: RequestContext, error: unknown): Promise<void> {
    try {
      const { problemPage } = await import('./dashboard/index.js');
      const { pathname } = parseTarget(context.request, this.#options.basePath);
      const { frameAncestors } = this.#options;
      // The form to sign in is in no frame, where another site could lay something over it.
      const page =
        error instanceof RefusedSession
          ? error.page
          : withFrameAncestors(problemPage(error, { pathname, caller: context.caller }), frameAncestors);
      this.#fail(context, error, page);
    } catch {
      this.#fail(context, error);
    }
  }

  #fail(context: RequestContext, error: unknown, page?: HttpResponse): void {
    const { request, response, requestId } = context;
    // The client disconnected before the end of its request.
    if (!request.complete && response.destroyed) return;
    const problem = problemResponse(error);
    if (error instanceof AccessError && problem.status < 500) this.#secure(refusal(context, error));
    // A middleware may have responded, for example after a timeout of its own.
    if (!response.headersSent) send(context, page ?? problem);
    if (problem.status < 500 || problem.body.code === 'stopping') return;
    this.#report(error, requestId);
  }

  #report(error: unknown, requestId: string): void {
    ignoringErrors(() => this.#options.onError?.(error, requestId));
  }

  #secure(event: SecurityEvent): void {
    ignoringErrors(() => this.#options.onSecurityEvent?.(event));
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
