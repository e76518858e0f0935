import type { Assets } from '../assets.js';
import { html, type Markup } from '../markup.js';
import { pageAsset, type PageAssetName } from './assets.js';

/** Parameters of a link; `undefined` removes one. */
export type Parameters = Readonly<Record<string, string | number | undefined>>;

/** The parameters that links to other pages keep. */
const KEPT: ReadonlySet<string> = new Set(['timeZone', 'inactiveAfter']);

/**
 * The links of a page. They are relative, so that they also work behind a proxy that removes a prefix of the path. The
 * whole state of a page is in its query, so that it can be shared.
 */
export class Links {
  readonly #root: string;
  readonly #assets: Assets;
  readonly #query: URLSearchParams;

  constructor(assets: Assets, pathname: string, query = new URLSearchParams()) {
    this.#assets = assets;
    this.#root = rootOf(pathname);
    this.#query = new URLSearchParams(Array.from(query).filter(([, value]) => value !== ''));
  }

  /** @param path such as `/courses`, below the home page */
  to(path: string, parameters: Parameters = {}): string {
    const query = new URLSearchParams(Array.from(this.#query).filter(([name]) => KEPT.has(name)));
    return `${this.#root}${path}${withQuery(change(query, parameters))}`;
  }

  asset(name: PageAssetName): string {
    return `${this.#root}/assets/${pageAsset(this.#assets, name).linkName}`;
  }

  /** Links to the same page with other parameters. */
  here(parameters: Parameters, fragment = ''): string {
    const query = withQuery(change(new URLSearchParams(this.#query), parameters)) || '?';
    return `${query}${fragment && `#${fragment}`}`;
  }

  /** Returns the inputs with which a form keeps the parameters that it does not set itself. */
  hidden(set: readonly string[]): Markup {
    const kept = Array.from(this.#query).filter(([name]) => !set.includes(name) && name !== 'cursor');
    return html`${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;
  }
}

/** Returns the path of the dashboard, relative to a page. */
export function rootOf(pathname: string): string {
  return `${'../'.repeat(Math.max(0, pathname.split('/').length - 2))}dashboard`;
}

function change(query: URLSearchParams, parameters: Parameters): URLSearchParams {
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) query.delete(name);
    else query.set(name, String(value));
  }
  return query;
}

function withQuery(query: URLSearchParams): string {
  const text = query.toString();
  return text && `?${text}`;
}
