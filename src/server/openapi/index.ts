import type { RouteGroup } from '../route.js';
import { componentSchemas } from './components.js';
import { describeOperation } from './operation.js';

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
