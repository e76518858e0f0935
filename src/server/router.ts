import type { IncomingMessage } from 'node:http';
import type { ErrorCode, StatsCalls, Untyped } from '../core/index.js';
import { callSchemas, type CallSchemas } from '../core/model/calls.js';
import type { Clock } from '../core/model/time.js';
import type { InputName, OutputName } from './openapi/schemas.js';
import type { Access } from './auth/access.js';
import type { Caller } from './auth/caller.js';
import { courseChart, historyChart } from './charts/parameters.js';
import { HttpError, type HttpErrorCode } from './problem.js';
import { decode } from './request.js';
import type { HttpResponse, RequestUrl } from './response.js';

/** A successful response in the OpenAPI document. */
export interface DocumentedResponse {
  readonly description: string;
  /** The name of a component of the document. */
  readonly schema?: OutputName;
  /** Default: `application/json`. */
  readonly type?: string;
  readonly headers?: readonly ('Location' | 'Link')[];
}

interface CommonRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path parameters are in braces. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly responses: Readonly<Record<number, DocumentedResponse>>;
  /** Errors in addition to the common ones. */
  readonly errors: readonly (ErrorCode | HttpErrorCode)[];
}

/** The body of a request. */
interface RequestDocument {
  /** The argument that the body contains. `body`: it contains all arguments. */
  readonly argument: 'course' | 'session' | 'enrolment' | 'body';
  /** The name of a component of the OpenAPI document. */
  readonly schema: InputName;
  /** Maximum number of lists and objects in a body over 16 KiB. Default: 100. */
  readonly maxContainers?: number;
}

/** A route that calls the core. */
export interface CallRoute extends CommonRoute {
  /** The name of the call, or of a chart of its result. It is also the `operationId`. */
  readonly operation: keyof typeof CALL_SCHEMAS;
  readonly document?: RequestDocument;
  readonly access: Access;
  /** @param call the unvalidated arguments of the call */
  handle(stats: Untyped<StatsCalls>, call: unknown, url: RequestUrl, clock: Clock): Promise<HttpResponse>;
}

/** The operations behind the service routes. */
export interface Service {
  /** @throws {StatsError | HttpError} if requests would fail now */
  ready(): Promise<void>;
  /** Returns the Prometheus text format. */
  readMetrics(): Promise<string>;
  /** Returns the OpenAPI document of the API below a prefix. */
  describe(basePath: string): unknown;
}

/** A route for operators and tools, without a user. */
export interface ServiceRoute extends CommonRoute {
  readonly operation: 'live' | 'ready' | 'metrics' | 'describe' | 'docs' | 'asset' | 'session';
  handle(
    service: Service,
    basePath: string,
    path: Readonly<Record<string, string>>,
    request: IncomingMessage,
  ): Promise<HttpResponse>;
}

/** A route about the caller. */
export interface CallerRoute extends CommonRoute {
  readonly operation: 'whoami';
  readonly access: Access;
  handle(caller: Caller): HttpResponse;
}

export type Route = CallRoute | CallerRoute | ServiceRoute;

/** The authorized request of a page. */
export interface PageRequest {
  /** Limited to the courses of the caller. */
  readonly stats: Untyped<StatsCalls>;
  readonly caller: Caller;
  /** The learner in the path, else the one for whom the caller acts. */
  readonly userId: string | undefined;
  /** The path without the base path. */
  readonly pathname: string;
  readonly path: Readonly<Record<string, string>>;
  /** From an HTML form, so that `+` is a space. */
  readonly query: URLSearchParams;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Returns true if the client has disconnected. */
  readonly isClosed: () => boolean;
}

/** A page of the dashboard. The OpenAPI document omits it. */
export interface PageRoute {
  readonly method: 'GET';
  readonly path: string;
  readonly operation: 'page';
  readonly access: Access;
  handle(request: PageRequest): Promise<HttpResponse>;
}

export type AnyRoute = Route | PageRoute;

/** The arguments of each call, and of the charts of their results. The core validates calls with its own clock. */
export const CALL_SCHEMAS = withCharts(callSchemas(Date.now));

function withCharts(schemas: CallSchemas) {
  return {
    ...schemas,
    drawCourseActivity: schemas.getCourseActivity.extend(courseChart),
    drawHistory: schemas.getHistory.extend(historyChart),
  };
}

export function isServiceRoute(route: AnyRoute): route is ServiceRoute {
  return !('access' in route);
}

export function isCallerRoute(route: AnyRoute): route is CallerRoute {
  return route.operation === 'whoami';
}

export function isPageRoute(route: AnyRoute): route is PageRoute {
  return route.operation === 'page';
}

/** The routes without arguments of a call. */
function hasNoCall(route: AnyRoute): route is CallerRoute | PageRoute | ServiceRoute {
  return isServiceRoute(route) || isCallerRoute(route) || isPageRoute(route);
}

/** Maps each argument of a route's call to its location in the request. */
export function parameterLocations(
  route: AnyRoute,
): ReadonlyMap<string, 'header' | 'path' | 'query' | 'body'> {
  if (hasNoCall(route)) return new Map();
  const locationOf = (name: string) => {
    if (route.path.includes(`{${name}}`)) return 'path';
    if (name === 'userId') return 'header';
    return name === route.document?.argument || route.document?.argument === 'body' ? 'body' : 'query';
  };
  return new Map(Object.keys(CALL_SCHEMAS[route.operation].shape).map((name) => [name, locationOf(name)]));
}

/** The query parameters whose value is a number, like their default. */
function numericParameters(route: AnyRoute): ReadonlySet<string> {
  if (hasNoCall(route)) return new Set();
  const schemas = Object.entries(CALL_SCHEMAS[route.operation].shape);
  return new Set(
    schemas.flatMap(([name, schema]) => (typeof schema.safeParse(undefined).data === 'number' ? name : [])),
  );
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

interface Target {
  readonly route: AnyRoute;
  readonly locations: ReturnType<typeof parameterLocations>;
  readonly numbers: ReturnType<typeof numericParameters>;
}

interface Match extends Target {
  readonly path: Readonly<Record<string, string>>;
}

interface Resource {
  readonly pattern: RegExp;
  readonly targets: ReadonlyMap<string, Target>;
  /** The value of the `Allow` header. */
  readonly allow: string;
}

export class Router {
  readonly #resources: readonly Resource[];

  constructor(routes: readonly AnyRoute[]) {
    const paths = Map.groupBy(routes, (route) => route.path);
    this.#resources = Array.from(paths, ([path, pathRoutes]) => toResource(path, pathRoutes));
  }

  /**
   * Returns the route, or for OPTIONS the methods of the path. HEAD is a GET whose body Node omits.
   *
   * @throws {HttpError} `route-not-found`, `method-not-allowed`
   */
  find(method: string, pathname: string, basePath = ''): Match | { readonly allow: string } {
    if (method === 'OPTIONS' && pathname === '*') return { allow: METHODS.join(', ') };
    for (const { pattern, targets, allow } of this.#resources) {
      const match = pattern.exec(pathname);
      if (!match) continue;
      if (method === 'OPTIONS') return { allow };
      const target = targets.get(method === 'HEAD' ? 'GET' : method);
      if (target) return { ...target, path: decodeAll(match.groups) };
      const detail = `This path does not support ${method}; it supports ${allow}.`;
      throw new HttpError('method-not-allowed', detail, [], { Allow: allow });
    }
    throw new HttpError(
      'route-not-found',
      `The API has no such path. ${basePath}/openapi.json lists all paths.`,
    );
  }
}

function toResource(path: string, routes: readonly AnyRoute[]): Resource {
  const methods = new Set<string>(routes.map(({ method }) => method)).add('OPTIONS');
  if (methods.has('GET')) methods.add('HEAD');
  const pattern = path.replaceAll('.', String.raw`\.`).replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return {
    pattern: new RegExp(`^${pattern}$`),
    targets: new Map(
      routes.map((route) => [
        route.method,
        { route, locations: parameterLocations(route), numbers: numericParameters(route) },
      ]),
    ),
    allow: METHODS.filter((method) => methods.has(method)).join(', '),
  };
}

function decodeAll(groups: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const path: Record<string, string> = {};
  for (const name in groups) path[name] = decode(groups[name] ?? '');
  return path;
}
