import { callSchemas } from '../../core/model/calls.js';
import { isServiceRoute, type CallRoute, type Route } from '../route.js';

export type Place = 'header' | 'path' | 'query' | 'body';

/** The arguments of every call. No clock is asked: they are described here, not checked. */
export const CALLS = callSchemas(Date.now);

/** Where an argument of a route's call stands in its request. */
export function placeOf(route: CallRoute, argument: string): Place {
  if (argument === 'userId') return 'header';
  if (argument === route.document?.argument) return 'body';
  return route.path.includes(`{${argument}}`) ? 'path' : 'query';
}

/** The query parameters that a route has. */
export function queryNames(route: Route): ReadonlySet<string> {
  if (isServiceRoute(route)) return new Set();
  const names = Object.keys(CALLS[route.operation].shape);
  return new Set(names.filter((name) => placeOf(route, name) === 'query'));
}
