/** The element of every picture, with its text alternative. */
import { svg, type Markup, type MarkupValue } from '../markup.js';

/** Where a picture is drawn. */
export interface Canvas {
  /** Pixels. */
  readonly width: number;
  /** The style of a picture that is a file. A page has it in its style sheet, and the numbers in a table. */
  readonly style?: Markup | undefined;
}

export interface Picture extends Canvas {
  readonly height: number;
  /** Says what the picture shows. */
  readonly title: string;
  /** The numbers of a picture that is a file. */
  readonly description?: string;
  readonly marks: MarkupValue;
}

/** Returns an element without ids, so that a page can have several. */
export function drawPicture({ width, height, style, title, description, marks }: Picture): Markup {
  const size = svg`width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return svg`<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" ${size}>
<title>${title}</title>
${style && svg`<desc>${description}</desc>\n${style}`}
${marks}
</svg>
`;
}

/** Rounds to a tenth of a pixel, which keeps pictures of many values small. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
