/** HTML or SVG. Only `html` makes it, so that every text in it is escaped. */
class SafeMarkup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Markup = SafeMarkup;
export type MarkupValue = string | number | Markup | readonly MarkupValue[] | null | undefined | false;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML 1.0 (section 2.2) forbids, also as references: control characters and lone surrogates. */
const INVALID = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

/** The indentation of the templates would be a fifth of a page. */
const INDENTATION = /\n\s+/g;

/**
 * A template whose values are escaped, except markup. Lists are joined; `null`, `undefined` and `false` print nothing.
 * Attributes need quotes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new SafeMarkup(
    strings.map((text, index) => text.replaceAll(INDENTATION, '\n') + toText(values[index])).join(''),
  );
}

/** The same for pictures. The formatter of the project changes the line breaks of `html` only. */
export const svg = html;

function toText(value: MarkupValue): string {
  if (value instanceof SafeMarkup) return value.text;
  if (typeof value === 'string') {
    return value.replaceAll(INVALID, '\u{fffd}').replaceAll(/[&<>"']/g, (found) => ENTITIES[found] ?? '');
  }
  if (typeof value === 'number') return String(value);
  return value ? value.map(toText).join('') : '';
}
