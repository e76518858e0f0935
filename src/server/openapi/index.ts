import * as z from 'zod';
import { isServiceRoute, type CallRoute, type Route, type RouteGroup } from '../route.js';
import { componentSchemas, reference } from './components.js';
import { EXAMPLES, PARAMETER_EXAMPLES } from './examples.js';
import { CALLS, placeOf } from './places.js';
import { responsesOf } from './responses.js';

/** The version of the API, not of the package: it moves when the meaning of a request or an answer does. */
const API_VERSION = '1.0.0';

/** The API as an OpenAPI 3.1 document, made from the routes and the validators that requests really meet. */
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
    servers: [{ url: '/', description: 'The server that this description comes from.' }],
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
    'The UUID of the learner, whom another service has authenticated: the server trusts this header, so only that service may reach it.',
};

function describeOperation(route: Route, tag: string) {
  const { operation: operationId, summary, description } = route;
  const isOpen = isServiceRoute(route);
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description && { description }),
    // The description as a whole asks for a user.
    ...(isOpen && { security: [] }),
    ...(!isOpen && { parameters: parametersOf(route), ...requestBodyOf(route) }),
    responses: responsesOf(route),
  };
}

/** All but the user, whom the security scheme tells of. */
function parametersOf(route: CallRoute): unknown[] {
  const { properties = {}, required = [] } = z.toJSONSchema(CALLS[route.operation], { io: 'input' });
  return Object.entries(properties).flatMap(([argument, schema]) => {
    const place = placeOf(route, argument);
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
