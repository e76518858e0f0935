import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The files of pages, and their media types. */
const TYPES = {
  'dashboard/page.css': CSS,
  'dashboard/page.js': SCRIPT,
  'docs/index.html': HTML,
  'docs/page.css': CSS,
  'docs/start.js': SCRIPT,
  'docs/swagger-ui.css': CSS,
  'docs/swagger-ui-bundle.js': SCRIPT,
};

export type AssetName = keyof typeof TYPES;

export interface Asset {
  readonly type: string;
  readonly content: Buffer;
  /** Hexadecimal digits that change with the content. */
  readonly hash: string;
}

const HASH_DIGITS = 12;

/** The files of an app. */
export class Assets {
  readonly #assets = new Map<AssetName, Asset>();

  /**
   * Reads each file once, synchronously: a single executable has no asynchronous reads of its assets.
   *
   * @param head returns text to put before the content
   */
  read(name: AssetName, head = () => ''): Asset {
    const known = this.#assets.get(name);
    if (known) return known;
    const content = Buffer.concat([Buffer.from(head()), readFileSync(pathOf(name))]);
    const hash = createHash('sha256').update(content).digest('hex').slice(0, HASH_DIGITS);
    const asset = { type: TYPES[name], content, hash };
    this.#assets.set(name, asset);
    return asset;
  }
}

/**
 * The build copies the files to `dist`, and bundles this module into a file of a directory of `dist/src`. Programs that run
 * from the sources use the sources of the dashboard, and the copies of the docs, most of which are from a package.
 */
function pathOf(name: AssetName): string {
  const isSource = import.meta.url.endsWith('.ts');
  const [directory, file] = name.split('/');
  if (isSource && directory === 'dashboard') {
    return fileURLToPath(new URL(`./dashboard/page/${file}`, import.meta.url));
  }
  return fileURLToPath(new URL(`../../${isSource ? 'dist/' : ''}${name}`, import.meta.url));
}
