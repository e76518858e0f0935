import { html, type Markup } from '../markup.js';

export interface Tile {
  readonly name: string;
  readonly value: Markup | string;
  readonly note?: Markup | string | undefined;
}

/** The figures at the head of a page. */
export function tiles(items: readonly Tile[]): Markup {
  return html`<dl class="tiles">
    ${items.map(
      ({ name, value, note }) =>
        html`<div>
          <dt>${name}</dt>
          <dd class="value">${value}</dd>
          ${note && html`<dd class="note">${note}</dd>`}
        </div>`,
    )}
  </dl>`;
}
