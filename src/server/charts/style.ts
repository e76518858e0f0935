import { createHash } from 'node:crypto';
import { svg, type Markup } from '../markup.js';

/**
 * The colours of a light and of a dark page. A chart has its own background, because a page can be light although its
 * reader prefers dark. Marks and text have a contrast of at least 3:1 and 4.5:1 against it. There is one hue, so that
 * colour never carries meaning alone.
 */
const STYLE = svg`
.chart{font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}
.chart text{fill:#59636e}
.chart .heading{fill:#1f2328;font-size:14px;font-weight:600}
.chart .surface{fill:#fff}
.chart .grid{stroke:#dfe4e9}
.chart .base{stroke:#818b98}
.chart .bar,.chart .dot{fill:#0969da}
.chart .line,.chart .rest{fill:none;stroke:#0969da;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.chart .rest{stroke-dasharray:1 4}
.chart .part,.chart .open{fill:#ddf4ff;stroke:#0969da}
.chart .open{stroke-width:2}
.chart .thin{fill:#218bff;stroke:none}
.chart .column{fill:none;pointer-events:all}
.chart .fine{stroke-width:1.25}
@media (prefers-color-scheme:dark){
.chart text{fill:#9198a1}
.chart .heading{fill:#f0f6fc}
.chart .surface{fill:#0d1117}
.chart .grid{stroke:#2a313c}
.chart .base{stroke:#656c76}
.chart .bar,.chart .dot{fill:#4493f8}
.chart .line,.chart .rest{stroke:#4493f8}
.chart .part,.chart .open{fill:#10233d;stroke:#4493f8}
.chart .thin{fill:#1f6feb;stroke:none}
}
`;

export const STYLE_ELEMENT: Markup = svg`<style>${STYLE}</style>`;

/** Returns the source that allows the style in a Content-Security-Policy. */
export function styleSource(): string {
  return `'sha256-${createHash('sha256').update(STYLE.text).digest('base64')}'`;
}
