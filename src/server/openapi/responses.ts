import type { ErrorCode } from '../../core/index.js';
import { describeError, PROBLEM_TYPE, type HttpErrorCode } from '../problem.js';
import { isServiceRoute, type DocumentedResponse, type Route } from '../router.js';
import { EXAMPLES } from './examples.js';
import { reference } from './schemas.js';

const text = { type: 'string' };

const HEADERS = {
  Location: { description: 'The path of the created resource.', schema: text },
  Link: { description: 'The next page, rel="next"; left out on the last one.', schema: text },
};

/** Headers of every response. */
const COMMON_HEADERS = {
  'X-Request-Id': { description: 'Copied from the request if it has a valid one, else new.', schema: text },
};

/** Headers of errors, by status. */
const ERROR_HEADERS: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  401: { 'WWW-Authenticate': { description: 'The header that is missing or wrong.', schema: text } },
  503: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
};

const ERRORS_OF_ALL: readonly HttpErrorCode[] = [
  'malformed-request',
  'duplicate-header',
  'expectation-failed',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
];
const ERRORS_OF_CALLS: readonly (ErrorCode | HttpErrorCode)[] = [
  'unauthenticated',
  'invalid-request',
  'database-unavailable',
  'database-unusable',
  'overloaded',
];
const ERRORS_OF_BODIES: readonly HttpErrorCode[] = [
  'malformed-json',
  'invalid-utf-8',
  'request-timeout',
  'body-too-large',
  'unsupported-media-type',
];

/** The responses of a route, by status. */
export function responsesOf(route: Route): Record<string, unknown> {
  return { ...successes(route), ...failures(route) };
}

function successes({ operation, answers }: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => {
      const { description, headers = [] } = answer;
      const documented = Object.fromEntries(headers.map((name) => [name, HEADERS[name]]));
      const content = contentOf(answer, EXAMPLES[operation]?.answer);
      return [status, { description, headers: { ...COMMON_HEADERS, ...documented }, ...content }];
    }),
  );
}

function contentOf({ schema, type = 'application/json' }: DocumentedResponse, example: unknown) {
  if (!schema && type === 'application/json') return {};
  const described = schema ? reference(schema) : text;
  return { content: { [type]: { schema: described, ...(example !== undefined && { example }) } } };
}

function failures(route: Route): Record<string, unknown> {
  const byStatus = Map.groupBy(errorsOf(route), (code) => describeError(code).status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, codes]) => {
      const description = codes.map((code) => `\`${code}\`: ${describeError(code).title}.`).join(' ');
      const content = { [PROBLEM_TYPE]: { schema: reference('Problem') } };
      return [status, { description, headers: { ...COMMON_HEADERS, ...ERROR_HEADERS[status] }, content }];
    }),
  );
}

function errorsOf(route: Route): (ErrorCode | HttpErrorCode)[] {
  if (isServiceRoute(route)) return [...ERRORS_OF_ALL, ...route.errors];
  const ofBody = route.document ? ERRORS_OF_BODIES : [];
  return [...ERRORS_OF_ALL, ...ERRORS_OF_CALLS, ...ofBody, ...route.errors];
}
