/** Bars as wide as their container. Their numbers are always text beside them, so they are hidden from screen readers. */
import { svg as html, type Markup } from '../markup.js';

/** Draws a share of a whole. */
export function shareBar(share: number): Markup {
  return html`<svg class="bar-track" aria-hidden="true" focusable="false">
    <rect class="bar-fill" width="${width(share)}" height="100%" />
  </svg>`;
}

export interface Part {
  readonly value: number;
  /** The class of its colour. */
  readonly kind: string;
}

/** Draws the parts of a whole one after the other. */
export function stackedBar(parts: readonly Part[]): Markup {
  const total = parts.reduce((sum, { value }) => sum + value, 0) || 1;
  let before = 0;
  const rects = parts.map(({ value, kind }) => {
    const left = before / total;
    before += value;
    return html`<rect class="${kind}" x="${width(left)}" width="${width(value / total)}" height="100%" />`;
  });
  return html`<svg class="bar-track stacked" aria-hidden="true" focusable="false">${rects}</svg>`;
}

function width(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
