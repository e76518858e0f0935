import type { AssetName } from '../docs/assets.js';
import { METRICS_TYPE } from '../metrics.js';
import { ok, type HttpResponse } from '../response.js';
import type { ServiceRoute } from '../router.js';

export const serviceRoutes: readonly ServiceRoute[] = [
  {
    method: 'GET',
    path: '/livez',
    operation: 'live',
    summary: 'Liveness: the process is running',
    answers: { 200: { description: 'It is running.', schema: 'Health' } },
    errors: [],
    handle: async () => ok({ status: 'ok' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    operation: 'ready',
    summary: 'Readiness: requests can be served',
    description: 'The database is reachable and its schema is current.',
    answers: { 200: { description: 'Requests can be served.', schema: 'Health' } },
    errors: ['database-unavailable', 'database-unusable', 'overloaded', 'schema-outdated', 'stopping'],
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
    answers: { 200: { description: 'The metrics.', type: METRICS_TYPE } },
    errors: [],
    handle: async (service) => ({ status: 200, type: METRICS_TYPE, text: await service.readMetrics() }),
  },
  {
    method: 'GET',
    path: '/openapi.json',
    operation: 'describe',
    summary: 'This description of the API',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: 'OpenApi' } },
    errors: [],
    handle: async (service) => ok(service.describe()),
  },
  {
    method: 'GET',
    path: '/docs',
    operation: 'docs',
    summary: 'This description as a page for people',
    answers: { 200: { description: 'The page.', type: 'text/html; charset=utf-8' } },
    errors: [],
    handle: () => assetResponse('index.html', PAGE_HEADERS),
  },
];

/** Only files of this server: nothing inline, nothing from other origins. */
const PAGE_HEADERS = {
  'Cache-Control': 'no-cache',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

/** An hour: after an upgrade, a page loads the files of the earlier version for no longer than that. */
const ASSET_HEADERS = { 'Cache-Control': 'public, max-age=3600' };

const ASSETS: readonly AssetName[] = ['start.js', 'swagger-ui.css', 'swagger-ui-bundle.js'];

/** The files of the page `/docs`. They are not part of the API, so the OpenAPI document does not list them. */
export const assetRoutes: readonly ServiceRoute[] = ASSETS.map((name) => ({
  method: 'GET',
  path: `/docs/${name}`,
  operation: 'docs',
  summary: 'A file of the page /docs',
  answers: {},
  errors: [],
  handle: () => assetResponse(name, ASSET_HEADERS),
}));

async function assetResponse(name: AssetName, headers: HttpResponse['headers']): Promise<HttpResponse> {
  // Loaded with the first page: most servers never serve one.
  const { readAsset } = await import('../docs/assets.js');
  const { type, content } = readAsset(name);
  return { status: 200, type, headers, text: content };
}
