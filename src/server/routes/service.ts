import type { AssetName, Assets } from '../assets.js';
import { METRICS_TYPE } from '../metrics.js';
import { ok, type HttpResponse } from '../response.js';
import type { HiddenRoute, ServiceRoute } from '../router.js';

export const serviceRoutes: readonly ServiceRoute[] = [
  {
    method: 'GET',
    path: '/livez',
    operation: 'live',
    summary: 'Check that the process is running',
    responses: { 200: { description: 'The process is running.', schema: 'Health' } },
    errors: [],
    handle: async () => ok({ status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    operation: 'ready',
    summary: 'Check that the server is ready',
    description: 'The database is reachable and this version can use its schema.',
    responses: { 200: { description: 'The server is ready.', schema: 'Health' } },
    errors: [
      'database-unavailable',
      'database-unusable',
      'database-read-only',
      'overloaded',
      'schema-outdated',
      'schema-newer',
      'stopping',
    ],
    async handle(service) {
      await service.ready();
      return ok({ status: 'ok' });
    },
  },
  {
    method: 'GET',
    path: '/metrics',
    operation: 'metrics',
    summary: 'Metrics for Prometheus',
    responses: { 200: { description: 'The metrics.', type: METRICS_TYPE } },
    errors: [],
    handle: async (service) => ({ status: 200, type: METRICS_TYPE, text: await service.readMetrics() }),
  },
  {
    method: 'GET',
    path: '/openapi.json',
    operation: 'describe',
    summary: 'The OpenAPI description of the API',
    responses: { 200: { description: 'An OpenAPI 3.1 document.', schema: 'OpenApi' } },
    errors: [],
    handle: async (service, basePath) => ok(service.describe(basePath)),
  },
  {
    method: 'GET',
    path: '/docs',
    operation: 'docs',
    summary: 'The description as an interactive page',
    responses: { 200: { description: 'The page.', type: 'text/html; charset=utf-8' } },
    errors: [],
    handle: async ({ assets }) => assetResponse(assets, 'docs/index.html', PAGE_HEADERS),
  },
];

/** The page loads files from this server only. */
const PAGE_HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** One hour, the maximum time that a page uses old files after an upgrade. */
const ASSET_HEADERS = { 'Cache-Control': 'public, max-age=3600' };

const ASSETS: readonly AssetName[] = [
  'docs/page.css',
  'docs/start.js',
  'docs/swagger-ui.css',
  'docs/swagger-ui-bundle.js',
];

/** The files of the page `/docs`, and `/`, which leads to it. */
export const docsRoutes: readonly HiddenRoute[] = [
  docsRoute('/', async () => ({ status: 302, headers: { Location: '/docs' } })),
  ...ASSETS.map((name) =>
    docsRoute(`/${name}`, async ({ service }) => assetResponse(service.assets, name, ASSET_HEADERS)),
  ),
];

function docsRoute(path: string, handle: HiddenRoute['handle']): HiddenRoute {
  return { method: 'GET', path, operation: 'hidden', handle };
}

function assetResponse(assets: Assets, name: AssetName, headers: HttpResponse['headers']): HttpResponse {
  const { type, content } = assets.read(name);
  return { status: 200, type, headers, text: content };
}
