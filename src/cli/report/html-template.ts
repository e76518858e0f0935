import { harmless } from '../output.js';

/** Text that is safe in a page. Only `html` makes it. */
class SafeHtml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Html = SafeHtml;
type Value = string | number | Html | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped, except those that are HTML themselves. Attributes need quotes. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new SafeHtml(strings.map((text, index) => text + toText(values[index] ?? '')).join(''));
}

function toText(value: Value): string {
  if (value instanceof SafeHtml) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return harmless(String(value)).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
