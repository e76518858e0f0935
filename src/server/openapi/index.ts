import * as z from 'zod';
import { isServiceRoute, type CallRoute, type Route } from '../route.js';
import { componentSchemas, reference } from './components.js';
import { CALLS, placeOf } from './places.js';
import { responsesOf } from './responses.js';

/** The version of the API, not of the package: it moves when the meaning of a request or an answer does. */
const API_VERSION = '1.0.0';

/** The API as an OpenAPI 3.1 document, made from the routes and the validators that requests really meet. */
export function describeApi(routes: readonly Route[]) {
  const paths = Map.groupBy(routes, ({ path }) => path);
  return {
    openapi: '3.1.1',
    info: {
      title: 'stats-service',
      version: API_VERSION,
      description: "Learners' study sessions, recorded exactly once, and their lifetime stats.",
    },
    paths: Object.fromEntries(
      Array.from(paths, ([path, ofPath]) => [
        path,
        Object.fromEntries(ofPath.map((route) => [route.method.toLowerCase(), operation(route)])),
      ]),
    ),
    components: { schemas: componentSchemas() },
  };
}

function operation(route: Route) {
  const { operation: operationId, summary, description } = route;
  return {
    operationId,
    summary,
    ...(description && { description }),
    ...(!isServiceRoute(route) && { parameters: parametersOf(route), ...requestBodyOf(route) }),
    responses: responsesOf(route),
  };
}

function parametersOf(route: CallRoute): unknown[] {
  const { properties = {}, required = [] } = z.toJSONSchema(CALLS[route.operation], { io: 'input' });
  const user = properties['userId'] ?? z.toJSONSchema(CALLS.getStats.shape.userId, { io: 'input' });
  return Object.entries({ ...properties, userId: user }).flatMap(([argument, schema]) => {
    const place = placeOf(route, argument);
    if (place === 'body' || typeof schema === 'boolean') return [];
    const { description, $schema: _, ...rest } = schema;
    return {
      name: place === 'header' ? 'X-User-Id' : argument,
      in: place,
      required: place !== 'query' || required.includes(argument),
      ...(description && { description }),
      schema: rest,
    };
  });
}

function requestBodyOf({ document }: CallRoute) {
  if (!document) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: reference(document.schema) } } },
  };
}
