import * as z from 'zod';
import manifest from '../../../package.json' with { type: 'json' };
import {
  CALL_SCHEMAS,
  isCallerRoute,
  isServiceRoute,
  parameterLocations,
  type CallerRoute,
  type CallRoute,
  type Route,
} from '../router.js';
import { EXAMPLES, PARAMETER_EXAMPLES } from './examples.js';
import { responsesOf } from './responses.js';
import { componentSchemas, reference } from './schemas.js';

/** Routes with the same tag. */
export interface RouteGroup {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

/** Generates the OpenAPI 3.1 document from the routes and from the schemas that validate requests. */
export function describeApi(groups: readonly RouteGroup[]) {
  const tagged = groups.flatMap(({ name, routes }) => routes.map((route) => ({ tag: name, route })));
  const paths = Map.groupBy(tagged, ({ route }) => route.path);
  return {
    openapi: '3.1.1',
    info: {
      title: 'stats-service',
      version: manifest.version,
      description: "Learners' study sessions, recorded exactly once, and their lifetime stats.",
    },
    servers: [{ url: '/', description: 'The server that returned this document.' }],
    tags: groups.map(({ name, description }) => ({ name, description })),
    security: [{ user: [] }, { bearer: [] }],
    paths: Object.fromEntries(
      Array.from(paths, ([path, pathRoutes]) => [
        path,
        Object.fromEntries(
          pathRoutes.map(({ tag, route }) => [route.method.toLowerCase(), describeOperation(route, tag)]),
        ),
      ]),
    ),
    components: {
      securitySchemes: { user: USER_SCHEME, bearer: BEARER_SCHEME },
      schemas: componentSchemas(),
    },
  };
}

const USER_SCHEME = {
  type: 'apiKey',
  in: 'header',
  name: 'X-User-Id',
  description:
    'Behind a gateway: the UUID of the learner, whom the gateway has authenticated. The server trusts this header. With a token it names the learner for whom the caller acts, which needs a scope.',
};

const BEARER_SCHEME = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'A JWT of the issuer that the operator has configured, or an API key (`ssk_…`).',
};

function describeOperation(route: Route, tag: string) {
  const { operation: operationId, summary, description } = route;
  const common = { operationId, tags: [tag], summary };
  const responses = responsesOf(route);
  // An empty list overrides the security requirement of the document.
  if (isServiceRoute(route))
    return { ...common, ...(description && { description }), security: [], responses };
  const { security, scopes } = accessOf(route);
  const text = [description, scopes].filter(Boolean).join(' ');
  const inputs = isCallerRoute(route) ? {} : { parameters: parametersOf(route), ...requestBodyOf(route) };
  return {
    ...common,
    ...(text && { description: text }),
    ...(security && { security }),
    ...inputs,
    responses,
  };
}

/** Returns the security requirement, if it differs from that of the document, and the scopes as a sentence. */
function accessOf({ access }: CallRoute | CallerRoute) {
  if (access === 'authenticated') return {};
  if ('scope' in access) {
    // OpenAPI 3.1, section 4.8.30: for a bearer token, the list has the required roles.
    const security = [{ user: [] }, { bearer: [access.scope] }];
    return { security, scopes: `A token needs the scope \`${access.scope}\`.` };
  }
  return { scopes: `For another learner than its own, a token needs the scope \`${access.forOthers}\`.` };
}

/** Omits the user, which is a security scheme. */
function parametersOf(route: CallRoute): unknown[] {
  const { properties = {}, required = [] } = z.toJSONSchema(CALL_SCHEMAS[route.operation], { io: 'input' });
  const locations = parameterLocations(route);
  return Object.entries(properties).flatMap(([argument, schema]) => {
    const location = locations.get(argument);
    if (location === 'body' || location === 'header' || typeof schema === 'boolean') return [];
    const { description, $schema: _, ...rest } = schema;
    const isRequired = location === 'path' || required.includes(argument);
    const example = isRequired ? PARAMETER_EXAMPLES[argument] : undefined;
    return {
      name: argument,
      in: location,
      required: isRequired,
      ...(description && { description }),
      schema: rest,
      ...(example !== undefined && { example }),
    };
  });
}

function requestBodyOf({ operation, document }: CallRoute) {
  if (!document) return {};
  const example = EXAMPLES[operation]?.body;
  const content = { schema: reference(document.schema), ...(example !== undefined && { example }) };
  return { requestBody: { required: true, content: { 'application/json': content } } };
}
