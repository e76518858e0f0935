import { HttpError } from './http-error.js';
import type { Route } from './route.js';
import { decoded } from './target.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'];

interface Match {
  readonly route: Route;
  readonly path: Readonly<Record<string, string>>;
}

/** A segment of a template: a name in braces takes any text, the rest only itself. */
interface Segment {
  readonly literal: string;
  readonly parameter: string | undefined;
}

interface Resource {
  readonly segments: readonly Segment[];
  readonly routes: ReadonlyMap<string, Route>;
  /** The methods that it has, as the `Allow` header tells them. */
  readonly allow: string;
}

/** Finds the route of a request among those of an API. */
export class Router {
  readonly #resources: readonly Resource[];

  constructor(routes: readonly Route[]) {
    const paths = Map.groupBy(routes, (route) => route.path);
    this.#resources = Array.from(paths, ([path, ofPath]) => toResource(path, ofPath));
  }

  /**
   * The route, or for OPTIONS the methods of the path. HEAD is a GET whose body Node leaves out.
   *
   * @throws {HttpError} `route-not-found`, `method-not-allowed`
   */
  find(method: string, pathname: string): Match | { readonly allow: string } {
    if (method === 'OPTIONS' && pathname === '*') return { allow: METHODS.join(', ') };
    const segments = pathname.split('/');
    for (const resource of this.#resources) {
      const path = matchSegments(resource.segments, segments);
      if (!path) continue;
      if (method === 'OPTIONS') return { allow: resource.allow };
      const route = resource.routes.get(method === 'HEAD' ? 'GET' : method);
      if (route) return { route, path };
      throw new HttpError(
        'method-not-allowed',
        `${method} is not a method of this path; it has ${resource.allow}.`,
        {
          headers: { Allow: resource.allow },
        },
      );
    }
    throw new HttpError('route-not-found', 'This path is not part of the API; /openapi.json describes it.');
  }
}

function toResource(path: string, routes: readonly Route[]): Resource {
  const methods = new Set<string>(routes.map(({ method }) => method)).add('OPTIONS');
  if (methods.has('GET')) methods.add('HEAD');
  return {
    segments: path.split('/').map(toSegment),
    routes: new Map(routes.map((route) => [route.method, route])),
    allow: METHODS.filter((method) => methods.has(method)).join(', '),
  };
}

function toSegment(text: string): Segment {
  return { literal: text, parameter: text.startsWith('{') ? text.slice(1, -1) : undefined };
}

function matchSegments(
  template: readonly Segment[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  let index = 0;
  for (const { literal, parameter } of template) {
    const actual = segments[index++];
    if (parameter === undefined ? actual !== literal : actual === '') return undefined;
  }
  const path: Record<string, string> = {};
  index = 0;
  for (const { parameter } of template) {
    const actual = segments[index++];
    if (parameter !== undefined) path[parameter] = decoded(actual ?? '');
  }
  return path;
}
