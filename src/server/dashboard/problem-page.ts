import type { Assets } from '../assets.js';
import type { problemResponse } from '../problem.js';
import { html, type Markup } from '../markup.js';
import type { HttpResponse } from '../response.js';
import { pageResponse } from './document.js';
import { Links } from './links.js';

type Problem = ReturnType<typeof problemResponse>;

/** The title of a problem page and the sentence below it. */
interface Message {
  readonly title: string;
  readonly lead?: string;
}

/** The messages for people, by code. The details of the API are small print. */
const MESSAGES: Readonly<Record<string, Message>> = {
  'route-not-found': { title: 'Page not found', lead: 'Check the address, or go to the home page.' },
  'invalid-request': { title: 'The address has a wrong value' },
};
const WITHOUT_LEARNER: Message = {
  title: 'This page is for a learner',
  lead: 'You are signed in without one.',
};

/** The advice to the reader, by status. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'Sign in to your learning platform and open the dashboard from there.',
  403: 'Ask the administrator of your learning platform if you need this page.',
  503: 'Try again in a few seconds.',
};
/** The advice for a course or learner that is not found. */
const ADVICE_OF_ID = 'The link may be old, or the course or learner may have been deleted.';

/** Returns the page of a failed request. */
export function problemPage(
  assets: Assets,
  { status, headers, body }: Problem,
  pathname: string,
): HttpResponse {
  const links = new Links(assets, pathname);
  const { code, detail, errors } = body;
  const { title, lead }: Message = isWithoutLearner(body) ? WITHOUT_LEARNER : (MESSAGES[code] ?? body);
  const advice = status === 404 && lead === undefined ? ADVICE_OF_ID : ADVICE[status];
  return pageResponse({
    links,
    title,
    status,
    headers,
    content: html`<div class="card problem">
      <p class="lead">${lead ?? detail}</p>
      ${errors && errors.length > 1 && faults(errors)} ${advice && html`<p>${advice}</p>`}
      <p><a class="button" href="${links.to('')}">Go to the home page</a></p>
      <p class="hint">${lead !== undefined && html`${detail} `}Status ${status}, ${code}</p>
    </div>`,
  });
}

/** True if the credential, for example an API key, has no learner of its own. */
function isWithoutLearner({ code, errors = [] }: Problem['body']): boolean {
  if (code !== 'invalid-request') return false;
  return errors.some(
    (fault) =>
      'parameter' in fault && fault.parameter === 'X-User-Id' && fault.detail.startsWith('is required'),
  );
}

function faults(errors: NonNullable<Problem['body']['errors']>): Markup {
  return html`<ul>
    ${errors.map((fault) => {
      const subject = 'parameter' in fault ? fault.parameter : fault.pointer;
      return html`<li>${subject} ${fault.detail}.</li>`;
    })}
  </ul>`;
}
