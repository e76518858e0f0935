import type { problemResponse } from '../problem.js';
import { svg as html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import { pageResponse } from './document.js';
import { Links } from './links.js';

type Problem = ReturnType<typeof problemResponse>;

/** What a reader can do about a problem. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'Sign in to your learning platform and open the dashboard from there.',
  403: 'Ask the administrator of your learning platform if you need this page.',
  404: 'The link may be old, or the course or learner may have been deleted.',
  503: 'Try again in a few seconds.',
};

/** Returns the page of a failed request. */
export function problemPage({ status, headers, body }: Problem, pathname: string): HttpResponse {
  const links = new Links(pathname, new URLSearchParams());
  const advice = ADVICE[status];
  return pageResponse({
    links,
    title: body.title,
    status,
    headers,
    content: html`<div class="card problem">
      <p class="lead">${body.detail}</p>
      ${body.errors && body.errors.length > 1 && faults(body.errors)} ${advice && html`<p>${advice}</p>`}
      <p><a class="button" href="${links.to('')}">Go to the home page</a></p>
      <p class="hint">Status ${status}, ${body.code}</p>
    </div>`,
  });
}

function faults(errors: NonNullable<Problem['body']['errors']>): Markup {
  return html`<ul>
    ${errors.map((fault) => {
      const subject = 'parameter' in fault ? fault.parameter : fault.pointer;
      return html`<li>${subject} ${fault.detail}.</li>`;
    })}
  </ul>`;
}
