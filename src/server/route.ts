import type { ErrorCode, StatsCalls, Unchecked } from '../core/index.js';
import type { Answer } from './answer.js';
import type { Query } from './query.js';
import type { InputName, OutputName } from './openapi/components.js';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a route's handler gets of a request, as the client sent it: all but the user is unchecked. */
interface RequestContext {
  readonly userId: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: unknown;
}

/** A success as the API description tells it. */
export interface DocumentedAnswer {
  readonly description: string;
  /** The name of its schema among the components. */
  readonly schema?: OutputName;
  /** Default: `application/json`. */
  readonly type?: string;
  readonly headers?: readonly ('Location' | 'Link')[];
}

interface CommonRoute {
  readonly method: Method;
  /** With the path parameters in braces, as OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly answers: Readonly<Record<number, DocumentedAnswer>>;
  /** The core's errors that this route can meet beyond those of all routes. */
  readonly errors: readonly ErrorCode[];
}

/** A route of the API: one call of the core, whose arguments describe the request. */
export interface CallRoute extends CommonRoute {
  /** The name of the call, and the `operationId`. */
  readonly operation: keyof StatsCalls;
  /** The argument that is the request's body, and its schema among the components. */
  readonly document?: { readonly argument: 'course' | 'session'; readonly schema: InputName };
  handle(stats: Unchecked<StatsCalls>, request: RequestContext): Promise<Answer>;
}

const SERVICE_OPERATIONS = ['live', 'ready', 'metrics', 'describe', 'docs'] as const;
type ServiceOperation = (typeof SERVICE_OPERATIONS)[number];

/** A route for operators and tools; it asks for no user. */
export interface ServiceRoute extends CommonRoute {
  readonly operation: ServiceOperation;
  handle(service: Service): Promise<Answer>;
}

export interface Service {
  /** @throws {StatsError | HttpError} why requests cannot be answered now */
  readonly ready: () => Promise<void>;
  /** In the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
  /** The OpenAPI document. */
  readonly describe: () => unknown;
}

export type Operation = Route['operation'];
export type Route = CallRoute | ServiceRoute;

/** Routes that the description tells of together. */
export interface RouteGroup {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

export function isServiceRoute(route: Route): route is ServiceRoute {
  return SERVICE_OPERATIONS.some((operation) => operation === route.operation);
}
