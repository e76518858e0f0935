import type { Page } from '../../core/index.js';
import type { Query } from '../query.js';

/** The `Link` to the next page of a list (RFC 8288), with the same limit and range. */
export function nextLink(path: string, query: Query, { next }: Page<unknown>): Record<string, string> {
  if (next === null) return {};
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  parameters.set('cursor', next);
  return { Link: `<${path}?${parameters.toString()}>; rel="next"` };
}
