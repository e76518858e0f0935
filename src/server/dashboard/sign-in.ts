import { svg as html } from '../markup.js';
import type { HttpResponse } from '../response.js';
import { pageResponse } from './document.js';
import { Links } from './links.js';

const NO_QUERY = new URLSearchParams();

interface SignIn {
  /** The page to show afterwards: a path below the dashboard. */
  readonly next: string;
  readonly status?: number | undefined;
  /** Why the last attempt has failed. */
  readonly message?: string | undefined;
}

/** The form that exchanges a token for a session. The token is in the body only, never in a URL. */
export function signInPage({ next, status = 200, message }: SignIn): HttpResponse {
  const links = new Links('/dashboard/sign-in', NO_QUERY);
  return pageResponse({
    links,
    title: 'Sign in',
    status,
    // RFC 9110, section 15.5.2, requires it with 401.
    ...(status === 401 && { headers: { 'WWW-Authenticate': 'Bearer' } }),
    content: html`<form class="card sign-in" method="post" action="${links.to('/session')}">
      ${message !== undefined && html`<p class="lead" role="alert">${message}</p>`}
      <input type="hidden" name="next" value="${next}" />
      <label for="credential">Token or API key</label>
      <input
        id="credential"
        name="credential"
        type="password"
        required="required"
        autocomplete="off"
        spellcheck="false"
      />
      <button>Sign in</button>
      <p class="hint">
        Your learning platform gives you a token. The operator of this service creates an API key with
        <code>stats-service key create --name Dashboard --scope stats:read</code>. You stay signed in for up
        to an hour.
      </p>
    </form>`,
  });
}

/** The page of a local dashboard whose link does not work. */
export function linkPage(pathname: string): HttpResponse {
  return pageResponse({
    links: new Links(pathname, NO_QUERY),
    title: 'Open the dashboard again',
    status: 401,
    headers: { 'WWW-Authenticate': 'Cookie' },
    content: html`<div class="card problem">
      <p class="lead">This browser has no session, and a link works only once and for 5 minutes.</p>
      <p>Stop the command in your terminal with Ctrl-C, run it again, and open the link that it prints.</p>
    </div>`,
  });
}

/**
 * Leads a reader who comes from another site to a page, by a route that never responds with this page, so that no browser
 * can load it for ever.
 */
export function continuePage(pathname: string, route: string, next: string): HttpResponse {
  const links = new Links(pathname, NO_QUERY);
  const link = links.to(route, { next });
  return pageResponse({
    links,
    title: 'Opening',
    headers: { Refresh: `0; url=${link}` },
    content: html`<p><a href="${link}">Continue</a></p>`,
  });
}

export function signInRedirect(pathname: string, next: string): HttpResponse {
  return redirect(pathname, `/sign-in${next && `?${new URLSearchParams({ next }).toString()}`}`);
}

/** The location is relative, because a proxy may have removed a prefix of the path. */
export function redirect(
  pathname: string,
  target: string,
  headers: HttpResponse['headers'] = {},
): HttpResponse {
  const root = new Links(pathname, NO_QUERY).to('');
  return { status: 303, headers: { ...headers, Location: `${root}${target}` } };
}
