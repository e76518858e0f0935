import type { AssetName } from '../docs/assets.js';
import type { HeaderList } from '../answer.js';
import type { ServiceRoute } from '../route.js';

/** Only what this server serves: nothing inline, nothing from elsewhere. */
const PAGE_HEADERS: HeaderList = [
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
];

/** An hour: a page never meets the files of another version for longer. */
const ASSET_HEADERS: HeaderList = [
  ['Cache-Control', 'public, max-age=3600'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
];

const ASSETS: readonly AssetName[] = ['start.js', 'swagger-ui.css', 'swagger-ui-bundle.js'];

export const docsRoute: ServiceRoute = {
  method: 'GET',
  path: '/docs',
  operation: 'docs',
  summary: 'This description as a page for people',
  answers: { 200: { description: 'The page.', type: 'text/html; charset=utf-8' } },
  errors: [],
  handle: () => answerWith('index.html', PAGE_HEADERS),
};

/** What the page loads. They are no part of the API, and not described. */
export const assetRoutes: readonly ServiceRoute[] = ASSETS.map((name) => ({
  method: 'GET',
  path: `/docs/${name}`,
  operation: 'docs',
  summary: 'A file of the page /docs',
  answers: {},
  errors: [],
  handle: () => answerWith(name, ASSET_HEADERS),
}));

async function answerWith(name: AssetName, common: HeaderList) {
  // Loaded with the first page: most servers are never asked for one.
  const { readAsset } = await import('../docs/assets.js');
  const { type, content } = readAsset(name);
  return { status: 200, type, common, text: content };
}
