import * as z from 'zod';
import { CALLS, isServiceRoute, placesOf, type CallRoute, type Route } from '../router.js';
import { EXAMPLES, PARAMETER_EXAMPLES } from './examples.js';
import { responsesOf } from './responses.js';
import { componentSchemas, reference } from './schemas.js';

/** The version of the API, not of the package: it changes when the meaning of a request or a response does. */
const API_VERSION = '1.0.0';

/** Routes that the document shows together. */
export interface RouteGroup {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

/** The API as an OpenAPI 3.1 document, generated from the routes and from the schemas that validate requests. */
export function describeApi(groups: readonly RouteGroup[]) {
  const tagged = groups.flatMap(({ name, routes }) => routes.map((route) => ({ tag: name, route })));
  const paths = Map.groupBy(tagged, ({ route }) => route.path);
  return {
    openapi: '3.1.1',
    info: {
      title: 'stats-service',
      version: API_VERSION,
      description: "Learners' study sessions, recorded exactly once, and their lifetime stats.",
    },
    servers: [{ url: '/', description: 'The server of this document.' }],
    tags: groups.map(({ name, description }) => ({ name, description })),
    security: [{ user: [] }],
    paths: Object.fromEntries(
      Array.from(paths, ([path, ofPath]) => [
        path,
        Object.fromEntries(
          ofPath.map(({ tag, route }) => [route.method.toLowerCase(), describeOperation(route, tag)]),
        ),
      ]),
    ),
    components: { securitySchemes: { user: USER }, schemas: componentSchemas() },
  };
}

const USER = {
  type: 'apiKey',
  in: 'header',
  name: 'X-User-Id',
  description:
    'The UUID of the learner, whom the service in front has authenticated. The server trusts this header, so only that service may reach it.',
};

function describeOperation(route: Route, tag: string) {
  const { operation: operationId, summary, description } = route;
  const isOpen = isServiceRoute(route);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    // The document as a whole requires a user.
    ...(isOpen && { security: [] }),
    ...(!isOpen && { parameters: parametersOf(route), ...requestBodyOf(route) }),
    responses: responsesOf(route),
  };
}

/** All but the user, which is a security scheme. */
function parametersOf(route: CallRoute): unknown[] {
  const { properties = {}, required = [] } = z.toJSONSchema(CALLS[route.operation], { io: 'input' });
  const places = placesOf(route);
  return Object.entries(properties).flatMap(([argument, schema]) => {
    const place = places.get(argument);
    if (place === 'body' || place === 'header' || typeof schema === 'boolean') return [];
    const { description, $schema: _, ...rest } = schema;
    const isRequired = place === 'path' || required.includes(argument);
    const example = isRequired ? PARAMETER_EXAMPLES[argument] : undefined;
    return {
      name: argument,
      in: place,
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
