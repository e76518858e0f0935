import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PAGE_STYLE } from '../charts/index.js';
import { HttpError } from '../problem.js';
import type { HttpResponse } from '../response.js';

/** The files of all pages, and their media types. */
const TYPES = {
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
};

export type AssetName = keyof typeof TYPES;

interface Asset {
  /** Contains the hash of the content, so that browsers can cache it for ever. */
  readonly name: string;
  readonly content: Buffer;
}

/** The build copies the files to `dist/dashboard`, and bundles this file into `index.js` of its directory. */
const DIRECTORY = new URL(
  import.meta.url.endsWith('.ts') ? './page/' : '../../../dashboard/',
  import.meta.url,
);
const HASH_DIGITS = 12;

const assets = new Map<AssetName, Asset>();

/** Reads each file once, synchronously: a single executable has no asynchronous reads of its assets. */
export function assetOf(name: AssetName): Asset {
  const known = assets.get(name);
  if (known) return known;
  const file = readFileSync(fileURLToPath(new URL(name, DIRECTORY)));
  // The pictures have the same colours as the rest of the page.
  const content = name === 'page.css' ? Buffer.concat([Buffer.from(PAGE_STYLE.text), file]) : file;
  const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_DIGITS);
  const asset = { name: name.replace('.', `.${hash}.`), content };
  assets.set(name, asset);
  return asset;
}

/**
 * Responds with a file. During an upgrade a page of another version may ask for its own, which is close enough, but must not
 * be cached.
 *
 * @throws {HttpError} `route-not-found`
 */
export function assetResponse(name: string): HttpResponse {
  const found = (['page.css', 'page.js'] as const).find(
    (each) => name.replace(/\.[0-9a-f]+\./, '.') === each,
  );
  if (!found) throw new HttpError('route-not-found', 'The dashboard has no such file.');
  const asset = assetOf(found);
  const isCurrent = asset.name === name;
  return {
    status: 200,
    type: TYPES[found],
    headers: { 'Cache-Control': isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache' },
    text: asset.content,
  };
}
