import type { Asset, Assets } from '../assets.js';
import { PAGE_STYLE } from '../charts/index.js';
import { HttpError } from '../problem.js';
import type { HttpResponse } from '../response.js';

/** The files of all pages. */
const NAMES = ['page.css', 'page.js'] as const;

export type PageAssetName = (typeof NAMES)[number];

/** Returns a file with its name in links, which contains the hash of the content, so that browsers can cache it for ever. */
export function pageAsset(assets: Assets, name: PageAssetName): Asset & { readonly linkName: string } {
  // The pictures have the same colours as the rest of the page.
  const asset = assets.read(`dashboard/${name}`, name === 'page.css' ? () => PAGE_STYLE.text : undefined);
  return { ...asset, linkName: name.replace('.', `.${asset.hash}.`) };
}

/**
 * Responds with a file. During an upgrade, a page of the other version may request the old hash. It gets the current file,
 * uncached.
 *
 * @throws {HttpError} `route-not-found`
 */
export function assetResponse(assets: Assets, linkName: string): HttpResponse {
  const name = NAMES.find((each) => linkName.replace(/\.[0-9a-f]+\./, '.') === each);
  if (!name) throw new HttpError('route-not-found', 'The dashboard has no such file.');
  const { type, content, linkName: current } = pageAsset(assets, name);
  const isCurrent = linkName === current;
  return {
    status: 200,
    type,
    headers: { 'Cache-Control': isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache' },
    text: content,
  };
}
