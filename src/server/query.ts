import type { Page } from '../core/index.js';
import { decoded } from './target.js';

/** The query parameters by name: those that look like integers are, and one that comes twice has no value. */
export type Query = Readonly<Record<string, string | number | readonly never[]>>;

const NOTHING: Query = {};

/** Marks the name of a query parameter that the route does not have. */
export const UNKNOWN = '?';

/**
 * The query as the core's arguments: RFC 3986, so that the `+` of a time's offset is itself. The core finds
 * fault with it together with all the rest: a name that the route does not have is marked, so that it cannot
 * stand in for another argument, and one that comes twice has no single value.
 */
export function readQuery(search: string, names: ReadonlySet<string> = new Set()): Query {
  if (search === '') return NOTHING;
  const query: Record<string, Query[string]> = {};
  for (const pair of search.split('&').filter(Boolean)) {
    const [rawName = '', ...rawValue] = pair.split('=');
    const name = decoded(rawName);
    const key = names.has(name) ? name : `${UNKNOWN}${name}`;
    const value = decoded(rawValue.join('='));
    const number = /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
    query[key] = Object.hasOwn(query, key) ? [] : number;
  }
  return query;
}

/** The `Link` to the next page of a list (RFC 8288), with the same limit and range. */
export function nextLink(path: string, query: Query, { next }: Page<unknown>): Record<string, string> {
  if (next === null) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  parameters.set('cursor', next);
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
