import { ERRORS, type ErrorCode } from '../../core/index.js';
import { HTTP_ERRORS, type HttpErrorCode } from '../http-error.js';
import { PROBLEM_TYPE, STATUS_OF_KIND } from '../problem.js';
import { isServiceRoute, type DocumentedAnswer, type Route } from '../route.js';
import { reference } from './components.js';
import { EXAMPLES } from './examples.js';

const text = { type: 'string' };

const HEADERS = {
  Location: { description: 'The path of what was made.', schema: text },
  Link: { description: 'The next page, rel="next"; left out on the last one.', schema: text },
};

/** What every answer carries. */
const COMMON_HEADERS = {
  'X-Request-Id': { description: "The request's own, if it has one that is well-formed.", schema: text },
};

/** What errors of a status carry. */
const ERROR_HEADERS: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  401: { 'WWW-Authenticate': { description: 'The header that is missing or wrong.', schema: text } },
  503: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
};

const OF_CALLS: readonly HttpErrorCode[] = ['unauthenticated'];
const CORE_OF_CALLS: readonly ErrorCode[] = [
  'invalid-request',
  'database-unavailable',
  'database-unusable',
  'overloaded',
];
const OF_BODIES: readonly HttpErrorCode[] = [
  'malformed-json',
  'invalid-utf-8',
  'request-timeout',
  'body-too-large',
  'unsupported-media-type',
];
const OF_ALL: readonly HttpErrorCode[] = [
  'malformed-request',
  'duplicate-header',
  'expectation-failed',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
];

const OF_READY: readonly HttpErrorCode[] = ['stopping'];

/** What a route answers, by status. */
export function responsesOf(route: Route): Record<string, unknown> {
  return { ...successes(route), ...failures(route) };
}

function successes({ operation, answers }: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        headers: { ...COMMON_HEADERS, ...headersOf(answer) },
        ...contentOf(answer, EXAMPLES[operation]?.answer),
      },
    ]),
  );
}

function headersOf({ headers = [] }: DocumentedAnswer) {
  return Object.fromEntries(headers.map((name) => [name, HEADERS[name]]));
}

function contentOf({ schema, type = 'application/json' }: DocumentedAnswer, example: unknown) {
  if (!schema && type === 'application/json') return {};
  const described = schema ? reference(schema) : text;
  return { content: { [type]: { schema: described, ...(example !== undefined && { example }) } } };
}

function failures(route: Route): Record<string, unknown> {
  const codes = Map.groupBy(errorsOf(route), ({ status }) => status);
  return Object.fromEntries(
    Array.from(codes, ([status, errors]) => [
      status,
      {
        description: errors.map(({ code, title }) => `\`${code}\`: ${title}.`).join(' '),
        headers: { ...COMMON_HEADERS, ...ERROR_HEADERS[status] },
        content: { [PROBLEM_TYPE]: { schema: reference('Problem') } },
      },
    ]),
  );
}

function errorsOf(route: Route): { code: string; title: string; status: number }[] {
  const http = isServiceRoute(route)
    ? [...OF_ALL, ...(route.operation === 'ready' ? OF_READY : [])]
    : [...OF_ALL, ...OF_CALLS, ...(route.document ? OF_BODIES : [])];
  const core = isServiceRoute(route) ? route.errors : [...route.errors, ...CORE_OF_CALLS];
  return [
    ...http.map((code) => ({ code, ...HTTP_ERRORS[code] })),
    ...core.map((code) => ({
      code,
      title: ERRORS[code].title,
      status: STATUS_OF_KIND[ERRORS[code].kind],
    })),
  ];
}
