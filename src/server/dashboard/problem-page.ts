import type { Assets } from '../assets.js';
import { LearnerRequired } from '../auth/access.js';
import type { Caller } from '../auth/caller.js';
import { html, type Markup } from '../markup.js';
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
  /** True if the detail is about the API, and tells a reader nothing. */
  readonly hidesDetail?: true;
}

/** The messages for people, by code. The details of the API are small print. */
const MESSAGES: Readonly<Record<string, Message>> = {
  'route-not-found': {
    title: 'Page not found',
    lead: 'Check the address, or go to the home page.',
    hidesDetail: true,
  },
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
const WITHOUT_LEARNER_IN_LINK: Message = {
  title: 'This page is for a learner',
  lead: 'The local dashboard shows all learners, and is not signed in as one of them.',
  advice: 'Open a course, and then a learner.',
  hidesDetail: true,
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
  error: unknown,
  { pathname, caller }: FailedRequest,
): HttpResponse {
  const { status, headers, body } = problemResponse(error);
  const links = new Links(assets, pathname);
  const { code, detail, errors } = body;
  const ofLearner = caller?.credential === 'link' ? WITHOUT_LEARNER_IN_LINK : WITHOUT_LEARNER;
  const message: Message = error instanceof LearnerRequired ? ofLearner : (MESSAGES[code] ?? body);
  const { title, lead, hidesDetail } = message;
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
      <p class="hint">${lead !== undefined && !hidesDetail && html`${detail} `}Status ${status}, ${code}</p>
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
