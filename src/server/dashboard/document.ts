import { hasScope, type Caller } from '../auth/caller.js';
import { html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import type { Links } from './links.js';

const HTML = 'text/html; charset=utf-8';

/** The parts of a page that the layout shows around its content. */
export interface PageDocument {
  readonly links: Links;
  /** Missing on the page of a refused request. */
  readonly caller?: Caller | undefined;
  readonly title: string;
  /** The pages above this one, as text and link. */
  readonly path?: readonly (readonly [text: string, link: string])[];
  /** The page in the navigation. */
  readonly current?: 'home' | 'courses' | 'me';
  /** Below the title. */
  readonly subtitle?: Markup | string;
  readonly content: Markup;
  /** The time zone of all times on the page. */
  readonly timeZone?: string;
  /** More inputs of the form that sets the time zone. */
  readonly settings?: Markup | undefined;
  readonly status?: number;
  readonly headers?: HttpResponse['headers'];
}

/** Pages have no inline script and no inline style. */
const POLICY = [
  `default-src 'none'`,
  `style-src 'self'`,
  `script-src 'self'`,
  `img-src 'self' data:`,
  `form-action 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
].join('; ');

/**
 * Other sites never receive the address. `no-referrer` would make browsers send `Origin: null` with the sign-in form, which is
 * refused.
 */
const REFERRER = 'same-origin';

export function pageResponse(page: PageDocument): HttpResponse {
  return {
    status: page.status ?? 200,
    type: HTML,
    headers: {
      'Cache-Control': 'private, no-store',
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': REFERRER,
      ...page.headers,
    },
    body: `<!doctype html>\n${layOutDocument(page).text}`,
    format: String,
  };
}

function layOutDocument({
  links,
  caller,
  title,
  path = [],
  current,
  subtitle,
  content,
  timeZone,
  settings,
}: PageDocument): Markup {
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} · Learning stats</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href="${links.asset('page.css')}" />
      <script src="${links.asset('page.js')}" defer="defer"></script>
    </head>
    <body>
      <a class="skip" href="#content">Skip to content</a>
      <header class="site">
        <div class="inner">
          <a class="brand" href="${links.to('')}">Learning stats</a>
          ${caller && navigation(links, caller, current)}
        </div>
      </header>
      <main id="content" tabindex="-1">
        ${
          path.length > 0 &&
          html`<nav class="path" aria-label="Breadcrumb">
            <ol>
              ${path.map(
                ([text, link]) =>
                  html`<li>
                    <a href="${link}"><bdi>${text}</bdi></a>
                  </li>`,
              )}
            </ol>
          </nav>`
        }
        <div class="title">
          <h1><bdi>${title}</bdi></h1>
          ${subtitle && html`<p class="subtitle">${subtitle}</p>`}
        </div>
        ${content}
      </main>
      ${
        timeZone !== undefined &&
        html`<footer class="site"><div class="inner">${zoneForm(links, timeZone, settings)}</div></footer>`
      }
    </body>
  </html> `;
}

function navigation(links: Links, caller: Caller, current: PageDocument['current']): Markup {
  const isGateway = caller.credential === 'gateway';
  const item = (name: PageDocument['current'], text: string, path: string) =>
    html`<li><a href="${links.to(path)}" ${name === current && html` aria-current="page"`}>${text}</a></li>`;
  return html`<nav aria-label="Main">
    <ul>
      ${(isGateway || !hasScope(caller, 'stats:read')) && item('home', 'Home', '')}
      ${hasScope(caller, 'stats:read') && (!isGateway || current === 'courses') && item('courses', 'Courses', '/courses')}
      ${caller.userId !== undefined && item('me', 'My learning', '/me')}
      ${
        caller.isSession === true &&
        html`<li>
          <form method="post" action="${links.to('/sign-out')}"><button class="plain">Sign out</button></form>
        </li>`
      }
    </ul>
  </nav>`;
}

/** The script offers the zone of the browser. */
function zoneForm(links: Links, timeZone: string, settings: Markup | undefined): Markup {
  return html`<form class="zone" method="get">
    ${links.hidden(['timeZone', 'dayStart'])}
    <label for="zone">Time zone</label>
    <input
      id="zone"
      name="timeZone"
      value="${timeZone}"
      autocomplete="off"
      spellcheck="false"
      maxlength="64"
    />
    ${settings}<button>Change</button>
    <a class="offer" hidden="hidden">Use <span></span></a>
  </form>`;
}
