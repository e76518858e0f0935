/** Bars as wide as their container. Their numbers are always text beside them, so they are hidden from screen readers. */
import { svg, type Markup } from '../markup.js';

/** Draws a share of a whole. */
export function progressBar(share: number): Markup {
  return svg`<svg class="meter" aria-hidden="true" focusable="false"><rect class="fill" width="${percent(share)}" height="100%"/></svg>`;
}

export interface Part {
  readonly value: number;
  /** The class of its colour. */
  readonly kind: string;
}

/** Draws the parts of a whole one after the other. Without a whole there is no bar, which would look like one of a single part. */
export function stackedBar(parts: readonly Part[]): Markup {
  const total = parts.reduce((sum, { value }) => sum + value, 0);
  if (total === 0) return svg``;
  let before = 0;
  const rects = parts.flatMap(({ value, kind }) => {
    if (value === 0) return [];
    const left = percent(before / total);
    const isFirst = before === 0;
    before += value;
    return svg`<rect class="${kind}" x="${left}" width="${percent(value / total)}" height="100%"/>${
      !isFirst && svg`<rect class="gap" x="${left}" width="2" height="100%"/>`
    }`;
  });
  return svg`<svg class="meter stacked" aria-hidden="true" focusable="false">${rects}</svg>`;
}

function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
