import { ERRORS, isErrorCode, type ErrorCode } from '../src/core/errors.js';
import { statusAndTitle, HTTP_ERRORS, type HttpErrorCode } from '../src/server/problem.js';

type NotOverHttp =
  | 'invalid-database-url'
  | 'invalid-server-url'
  | 'database-not-found'
  | 'server-unavailable'
  | 'server-incompatible'
  | 'node-unsupported'
  | 'schema-newer'
  | 'schema-unsupported';

type ProblemCode = HttpErrorCode | Exclude<ErrorCode, NotOverHttp>;

const RETRY = 'Send it again after `Retry-After`; that is safe.';
const OPERATOR = 'Tell the operator: `stats-service doctor` says what is wrong.';
const CLIENT = 'Correct the client.';

const ADVICE: Readonly<Record<ProblemCode, string>> = {
  'invalid-request': 'Correct what `errors` names.',
  'total-out-of-range': 'Correct the session: with it, the lifetime totals could not be kept exactly.',
  'malformed-request': CLIENT,
  'duplicate-header': 'Send the header once; a proxy may have added the other.',
  'malformed-json': CLIENT,
  'invalid-utf-8': CLIENT,
  unauthenticated: 'Send `X-User-Id` with a UUID.',
  'course-not-found': 'Create the course first, or correct its id.',
  'session-not-found': 'Look it up in the list: it is not there for this user and course.',
  'route-not-found': 'Correct the path.',
  'method-not-allowed': 'Use a method that `Allow` names.',
  'request-timeout': 'Send it again, faster.',
  'course-id-taken': 'Replace the course with `PUT`, or choose another id.',
  'course-name-taken': 'Choose another name, or use the course that has it.',
  'session-conflict':
    'Do not repeat it: replace the session with `PUT`, or give the new one an id of its own.',
  'body-too-large': 'Send at most 1 MiB.',
  'uri-too-long': 'Send at most 8 KiB.',
  'unsupported-media-type': 'Send `Content-Type: application/json`, in UTF-8 and not compressed.',
  'expectation-failed': 'Leave `Expect` out, or send `100-continue`.',
  'headers-too-large': 'Send at most 24 KiB of headers, the URL included.',
  'internal-error': 'Report it with the `X-Request-Id` of the response: the log has the details under it.',
  'database-unavailable': RETRY,
  overloaded: RETRY,
  stopping: 'Ask another instance; only `/readyz` answers it.',
  'database-unusable': OPERATOR,
  'schema-outdated': 'Tell the operator: `stats-service migrate` brings it up to date.',
};

/** Returns a Markdown table of the problems of the HTTP API, by status. */
export function problemsTable(): string {
  const rows = Object.entries(problems())
    .toSorted(([, a], [, b]) => a.status - b.status)
    .map(([code, { status, title, advice }]) => `| ${status} | \`${code}\` | ${title} | ${advice} |`);
  return ['| status | code | title | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function problems(): Record<string, { title: string; status: number; advice: string }> {
  const core = Object.keys(ERRORS)
    .filter(isErrorCode)
    .map((code) => ({ code, ...statusAndTitle(code) }));
  const http = Object.entries(HTTP_ERRORS).map(([code, problem]) => ({ code, ...problem }));
  const advice = new Map(Object.entries(ADVICE));
  return Object.fromEntries(
    [...http, ...core].flatMap(({ code, ...problem }) => {
      const action = advice.get(code);
      return action === undefined ? [] : [[code, { ...problem, advice: action }]];
    }),
  );
}
