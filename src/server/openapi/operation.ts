import * as z from 'zod';
import { isServiceRoute, type CallRoute, type Route } from '../route.js';
import { reference } from './components.js';
import { EXAMPLES, PARAMETER_EXAMPLES } from './examples.js';
import { CALLS, placeOf } from './places.js';
import { responsesOf } from './responses.js';

export function describeOperation(route: Route, tag: string) {
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
