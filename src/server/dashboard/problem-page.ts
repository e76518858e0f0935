import { LearnerRequired } from '../auth/access.js';
import type { Caller } from '../auth/caller.js';
import { svg as html, type Markup } from '../markup.js';
import { problemResponse } from '../problem.js';
import type { HttpResponse } from '../response.js';
import { pageResponse } from './document.js';
import { Links } from './links.js';

type Faults = NonNullable<ReturnType<typeof problemResponse>['body']['errors']>;

interface FailedRequest {
  readonly pathname: string;
  /** `undefined` if the credential is missing or was refused. */
  readonly caller: Caller | undefined;
}

/** The title of a problem page and the sentence below it. */
interface Message {
  readonly title: string;
  readonly lead?: string;
  readonly advice?: string;
}

/** The messages for people, by code. The details of the API are small print. */
const MESSAGES: Readonly<Record<string, Message>> = {
  'route-not-found': { title: 'Page not found', lead: 'Check the address, or go to the home page.' },
  'invalid-request': { title: 'The address has a wrong value' },
  unauthenticated: {
    title: 'No learner is signed in',
    lead: 'Open the dashboard from your learning platform.',
    advice:
      'On your own machine, run the command “stats-service dashboard”, which opens it on your database.',
  },
};
const WITHOUT_LEARNER: Message = {
  title: 'This page is for a learner',
  lead: 'You are signed in without one.',
  advice:
    'Sign in with the token of a learner, or open the pages of courses with an API key that has the scope stats:read.',
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
export function problemPage(error: unknown, { pathname, caller }: FailedRequest): HttpResponse {
  const { status, headers, body } = problemResponse(error);
  const links = new Links(pathname, new URLSearchParams());
  const { code, detail, errors } = body;
  const message: Message = error instanceof LearnerRequired ? WITHOUT_LEARNER : (MESSAGES[code] ?? body);
  const { title, lead } = message;
  const advice = message.advice ?? (status === 404 && lead === undefined ? ADVICE_OF_ID : ADVICE[status]);
  return pageResponse({
    links,
    caller,
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

function faults(errors: Faults): Markup {
  return html`<ul>
    ${errors.map((fault) => {
      const subject = 'parameter' in fault ? fault.parameter : fault.pointer;
      return html`<li>${subject} ${fault.detail}.</li>`;
    })}
  </ul>`;
}
