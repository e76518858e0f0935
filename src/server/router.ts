import type { ErrorCode, StatsCalls, Untyped } from '../core/index.js';
import { callSchemas } from '../core/model/calls.js';
import type { InputName, OutputName } from './openapi/schemas.js';
import { HttpError, type HttpErrorCode } from './problem.js';
import { decode } from './request.js';
import type { HttpResponse, RequestUrl } from './response.js';

/** A successful response in the OpenAPI document. */
export interface DocumentedResponse {
  readonly description: string;
  /** A name in the document's components. */
  readonly schema?: OutputName;
  /** Default: `application/json`. */
  readonly type?: string;
  readonly headers?: readonly ('Location' | 'Link')[];
}

interface CommonRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path parameters are in braces, as in OpenAPI. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly answers: Readonly<Record<number, DocumentedResponse>>;
  /** Errors that only some routes return. */
  readonly errors: readonly (ErrorCode | HttpErrorCode)[];
}

/** A route that calls the core. */
export interface CallRoute extends CommonRoute {
  /** The name of the call, and the `operationId`. */
  readonly operation: keyof StatsCalls;
  /** The argument that is the request's body, and its schema in the document's components. */
  readonly document?: { readonly argument: 'course' | 'session'; readonly schema: InputName };
  /** @param call the arguments of the call, unchecked, from the places of `placesOf` */
  handle(stats: Untyped<StatsCalls>, call: unknown, url: RequestUrl): Promise<HttpResponse>;
}

/** The source of the routes for operators and tools. */
export interface Service {
  /** @throws {StatsError | HttpError} the reason why requests would fail now */
  ready(): Promise<void>;
  /** In the text format of Prometheus. */
  readMetrics(): Promise<string>;
  /** The OpenAPI document. */
  describe(): unknown;
}

/** A route for operators and tools, without a user. */
export interface ServiceRoute extends CommonRoute {
  readonly operation: 'live' | 'ready' | 'metrics' | 'describe' | 'docs';
  handle(service: Service): Promise<HttpResponse>;
}

export type Route = CallRoute | ServiceRoute;

/** The arguments of every call. They are described, not validated here, so the clock does not matter. */
export const CALLS = callSchemas(Date.now);

export function isServiceRoute(route: Route): route is ServiceRoute {
  return !Object.hasOwn(CALLS, route.operation);
}

/** The place of each argument of a route's call in its request. */
export function placesOf(route: Route): ReadonlyMap<string, 'header' | 'path' | 'query' | 'body'> {
  if (isServiceRoute(route)) return new Map();
  const placeOf = (name: string) => {
    if (name === 'userId') return 'header';
    if (name === route.document?.argument) return 'body';
    return route.path.includes(`{${name}}`) ? 'path' : 'query';
  };
  return new Map(Object.keys(CALLS[route.operation].shape).map((name) => [name, placeOf(name)]));
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

interface Target {
  readonly route: Route;
  readonly places: ReturnType<typeof placesOf>;
}

interface Match extends Target {
  readonly path: Readonly<Record<string, string>>;
}

interface Resource {
  readonly pattern: RegExp;
  readonly targets: ReadonlyMap<string, Target>;
  /** Its methods, as in an `Allow` header. */
  readonly allow: string;
}

/** Finds the route of a request. */
export class Router {
  readonly #resources: readonly Resource[];

  constructor(routes: readonly Route[]) {
    const paths = Map.groupBy(routes, (route) => route.path);
    this.#resources = Array.from(paths, ([path, ofPath]) => toResource(path, ofPath));
  }

  /**
   * The route, or for OPTIONS the methods of the path. HEAD is a GET whose body Node omits.
   *
   * @throws {HttpError} `route-not-found`, `method-not-allowed`
   */
  find(method: string, pathname: string): Match | { readonly allow: string } {
    if (method === 'OPTIONS' && pathname === '*') return { allow: METHODS.join(', ') };
    for (const { pattern, targets, allow } of this.#resources) {
      const match = pattern.exec(pathname);
      if (!match) continue;
      if (method === 'OPTIONS') return { allow };
      const target = targets.get(method === 'HEAD' ? 'GET' : method);
      if (target) return { ...target, path: decodeAll(match.groups) };
      const detail = `${method} is not a method of this path; it has ${allow}.`;
      throw new HttpError('method-not-allowed', detail, [], { Allow: allow });
    }
    throw new HttpError('route-not-found', 'This path is not part of the API; see /openapi.json.');
  }
}

function toResource(path: string, routes: readonly Route[]): Resource {
  const methods = new Set<string>(routes.map(({ method }) => method)).add('OPTIONS');
  if (methods.has('GET')) methods.add('HEAD');
  const pattern = path.replaceAll('.', String.raw`\.`).replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return {
    pattern: new RegExp(`^${pattern}$`),
    targets: new Map(routes.map((route) => [route.method, { route, places: placesOf(route) }])),
    allow: METHODS.filter((method) => methods.has(method)).join(', '),
  };
}

function decodeAll(groups: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const path: Record<string, string> = {};
  for (const name in groups) path[name] = decode(groups[name] ?? '');
  return path;
}
