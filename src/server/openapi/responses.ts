import type { ErrorCode } from '../../core/index.js';
import { CSV, csvListOf, toCsv } from '../csv.js';
import { statusAndTitle, PROBLEM_TYPE, type HttpErrorCode } from '../problem.js';
import { isServiceRoute, type DocumentedResponse, type Route } from '../router.js';
import { EXAMPLES } from './examples.js';
import { reference } from './schemas.js';

const text = { type: 'string' };

const HEADERS = {
  Location: { description: 'The path of the created resource.', schema: text },
  Link: { description: 'The next page, rel="next". The last page has no link.', schema: text },
};

/** Headers of every response. */
const COMMON_HEADERS = {
  'X-Request-Id': { description: 'Copied from the request if it is valid, else new.', schema: text },
};

/** Headers of errors, by status. */
const ERROR_HEADERS: Readonly<Record<number, Readonly<Record<string, unknown>>>> = {
  401: { 'WWW-Authenticate': { description: 'The credential that is missing or invalid.', schema: text } },
  403: { 'WWW-Authenticate': { description: 'The scope that is missing, if one is.', schema: text } },
  503: { 'Retry-After': { description: 'Seconds to wait before a retry.', schema: { type: 'integer' } } },
};

const COMMON_ERRORS: readonly HttpErrorCode[] = [
  'malformed-request',
  'duplicate-header',
  'expectation-failed',
  'uri-too-long',
  'headers-too-large',
  'internal-error',
];
const CALL_ERRORS: readonly (ErrorCode | HttpErrorCode)[] = [
  'unauthenticated',
  'invalid-token',
  'insufficient-scope',
  'course-refused',
  'untrusted-address',
  'untrusted-host',
  'keys-unavailable',
  'invalid-request',
  'database-unavailable',
  'database-unusable',
  'schema-outdated',
  'overloaded',
];
const CHANGE_ERRORS: readonly ErrorCode[] = ['read-only', 'database-read-only'];
const BODY_ERRORS: readonly HttpErrorCode[] = [
  'malformed-json',
  'invalid-utf-8',
  'request-timeout',
  'body-too-large',
  'unsupported-media-type',
];

/** Returns the responses of a route by status. */
export function responsesOf(route: Route): Record<string, unknown> {
  return { ...successes(route), ...failures(route) };
}

function successes(route: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, response]) => {
      const { description, headers = [] } = response;
      const documented = Object.fromEntries(headers.map((name) => [name, HEADERS[name]]));
      const content = contentOf(route, response);
      return [status, { description, headers: { ...COMMON_HEADERS, ...documented }, ...content }];
    }),
  );
}

function contentOf(route: Route, { schema, type = 'application/json' }: DocumentedResponse) {
  if (!schema && type === 'application/json') return {};
  const example = EXAMPLES[route.operation]?.response;
  const described = schema ? reference(schema) : text;
  const media = { [type]: { schema: described, ...(example !== undefined && { example }) } };
  const list = csvListOf(route);
  return { content: list ? { ...media, [CSV]: { schema: text, example: toCsv(list, example) } } : media };
}

function failures(route: Route): Record<string, unknown> {
  const byStatus = Map.groupBy(errorsOf(route), (code) => statusAndTitle(code).status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, codes]) => {
      const description = codes.map((code) => `\`${code}\`: ${statusAndTitle(code).title}.`).join(' ');
      const content = { [PROBLEM_TYPE]: { schema: reference('Problem') } };
      return [status, { description, headers: { ...COMMON_HEADERS, ...ERROR_HEADERS[status] }, content }];
    }),
  );
}

function errorsOf(route: Route): (ErrorCode | HttpErrorCode)[] {
  if (isServiceRoute(route)) return [...COMMON_ERRORS, ...route.errors];
  const bodyErrors = 'document' in route && route.document ? BODY_ERRORS : [];
  const changeErrors = route.method === 'GET' ? [] : CHANGE_ERRORS;
  return [...COMMON_ERRORS, ...CALL_ERRORS, ...bodyErrors, ...changeErrors, ...route.errors];
}
