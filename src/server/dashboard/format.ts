import { grouped } from '../../core/model/validation.js';
import { MEASURES } from '../charts/index.js';
import { html, type Markup } from '../markup.js';

/** Shows a missing value. */
export const NONE: Markup = html`<span class="none">–</span>`;

/** Shows a number for people, with the exact one for programs. */
function figure(value: number, text: string): Markup {
  return html`<data value="${value}">${text}</data>`;
}

export function amount(value: number): Markup {
  return figure(value, grouped(value));
}

export function count(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
}

const scoreText = MEASURES.averageScore.format;

export function score(value: number | null): Markup {
  return value === null ? NONE : figure(value, scoreText(value));
}

export const durationText = MEASURES.timeStudied.format;

export function duration(value: number): Markup {
  return figure(value, durationText(value));
}

/** Shows a difference with its sign. */
function change(before: number | null, after: number | null, textOf: (value: number) => string): Markup {
  if (before === null || after === null) return NONE;
  const difference = after - before;
  const sign = difference === 0 ? '' : difference > 0 ? '+' : '−';
  return figure(difference, sign + textOf(Math.abs(difference)));
}

export function amountChange(before: number, after: number): Markup {
  return change(before, after, grouped);
}

export function durationChange(before: number, after: number): Markup {
  return change(before, after, durationText);
}

/** Shows a difference of scores with the decimals of the scores. */
export function scoreChange(before: number | null, after: number | null): Markup {
  const digits = scoreText(Math.max(before ?? 0, after ?? 0)).split('.')[1]?.length;
  return change(before, after, (difference) => difference.toFixed(digits));
}

export function percent(share: number | null): Markup {
  return share === null ? NONE : figure(share, percentText(share));
}

/** Only nothing is 0%, and only everything is 100%. */
export function percentText(share: number): string {
  if (share > 0 && share < 0.01) return '<1%';
  return `${share < 1 ? Math.min(99, Math.round(share * 100)) : 100}%`;
}
