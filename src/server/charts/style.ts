import { createHash } from 'node:crypto';
import { svg, type Markup } from '../markup.js';

/**
 * The colours of a light and of a dark page. A picture has its own background, because a page can be light although its
 * reader prefers dark. Marks and text have a contrast of at least 3:1 and 4.5:1 against it. Series and days have one
 * hue, so that colour never carries meaning alone; a status has its name beside it.
 */
const LIGHT = svg`--surface:#fff;--text:#1f2328;--muted:#59636e;--line:#d8dee4;--control:#818b98;
--accent:#0969da;--accent-soft:#ddf4ff;--thin:#218bff;--track:#e6eaef;
--completed:#1a7f37;--active:#0969da;--inactive:#bc6c00;
--level-1:#b6e3ff;--level-2:#54aeff;--level-3:#0969da;--level-4:#033d8b`;
const DARK = svg`--surface:#0d1117;--text:#f0f6fc;--muted:#9198a1;--line:#2a313c;--control:#656c76;
--accent:#4493f8;--accent-soft:#10233d;--thin:#1f6feb;--track:#212830;
--completed:#3fb950;--active:#4493f8;--inactive:#d29922;
--level-1:#10305c;--level-2:#1f5fb4;--level-3:#4493f8;--level-4:#a5d0ff`;

const RULES = svg`
.chart{font:12px system-ui,sans-serif;font-variant-numeric:tabular-nums}
.chart,.meter{print-color-adjust:exact;forced-color-adjust:none}
.chart text{fill:var(--muted)}
.chart .heading{fill:var(--text);font-size:14px;font-weight:600}
.chart .surface{fill:var(--surface)}
.chart .grid{stroke:var(--line)}
.chart .base{fill:none;stroke:var(--control)}
.chart .bar,.chart .dot{fill:var(--accent)}
.chart .line,.chart .rest{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.chart .rest{stroke-dasharray:1 4}
.chart .part,.chart .open{fill:var(--accent-soft);stroke:var(--accent)}
.chart .open{stroke-width:2}
.chart .thin{fill:var(--thin);stroke:none}
.chart .hints{fill:none;pointer-events:all}
.chart .fine{stroke-width:1.25}
.chart .today{fill:none;stroke:var(--text);stroke-width:1.5}
.level-0{fill:var(--track)}
.level-1{fill:var(--level-1)}
.level-2{fill:var(--level-2)}
.level-3{fill:var(--level-3)}
.level-4{fill:var(--level-4)}
.meter{width:100%;height:8px;border-radius:99px;background:var(--track);overflow:hidden;vertical-align:middle}
.meter .fill{fill:var(--accent)}
.meter.stacked{height:12px;box-shadow:inset 0 0 0 1px var(--control)}
.stacked .gap{fill:var(--surface)}
.stacked .completed{fill:var(--completed)}
.stacked .active{fill:var(--active)}
.stacked .inactive{fill:var(--inactive)}
.stacked .not-started{fill:none}
`;

/** @param scope the selector of the elements that have the colours */
function styleIn(scope: string): Markup {
  return svg`
${scope}{${LIGHT}}
@media screen and (prefers-color-scheme:dark){${scope}{${DARK}}}${RULES}`;
}

/** For the style sheet of pages, which also uses the colours for text and controls. */
export const PAGE_STYLE: Markup = styleIn(':root');

const fileStyle = styleIn('.chart');
/** The style of a picture that is a file of its own. */
export const FILE_STYLE: Markup = svg`<style>${fileStyle}</style>`;

/** Returns the source that allows the style of a file in a Content-Security-Policy. */
export function styleSource(): string {
  return `'sha256-${createHash('sha256').update(fileStyle.text).digest('base64')}'`;
}
