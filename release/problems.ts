import { ERRORS, isErrorCode, type ErrorCode } from '../src/core/errors.js';
import { statusAndTitle, HTTP_ERRORS, type HttpErrorCode } from '../src/server/problem.js';

type NotOverHttp =
  | 'invalid-database-url'
  | 'invalid-server-url'
  | 'access-denied'
  | 'database-not-empty'
  | 'key-not-found'
  | 'database-not-found'
  | 'server-unavailable'
  | 'server-incompatible'
  | 'node-unsupported'
  | 'schema-unsupported';

type ProblemCode = HttpErrorCode | Exclude<ErrorCode, NotOverHttp>;

const RETRY = 'Send the request again after `Retry-After` seconds. A session needs its id (see 503 above).';
const OPERATOR = 'Tell the operator to run `stats-service doctor`.';
const CLIENT = 'Fix the client.';

const ADVICE: Readonly<Record<ProblemCode, string>> = {
  'invalid-request': 'Correct the values in `errors`.',
  'total-out-of-range':
    'Correct the session: with its values, a lifetime total would exceed the largest exact number. From a summary or an activity: read the figures of single learners.',
  'malformed-request': CLIENT,
  'duplicate-header': 'Send the header once. A proxy may have added the other.',
  'malformed-json': CLIENT,
  'invalid-utf-8': CLIENT,
  unauthenticated: 'Send a credential: `X-User-Id` behind a gateway, `Authorization: Bearer` with tokens.',
  'invalid-token': 'Get another token, or another API key.',
  'insufficient-scope': 'Use a credential with the scope that the detail names.',
  'course-refused': 'Use a credential for this course.',
  'untrusted-address': 'Tell the operator to add the address of the gateway to `--trusted-proxies`.',
  'untrusted-host': 'Use a loopback name, or tell the operator to set `--trusted-proxies`.',
  'read-only': 'Send the change to the service that records.',
  'course-not-found': 'Create the course first, or correct its id.',
  'session-not-found': 'Check the ids of the learner, course and session.',
  'learner-not-found': 'Check the ids. The learner has neither an enrolment nor a session in the course.',
  'enrolment-not-found':
    'Check the ids of the learner and course. The learner may have been removed already.',
  'route-not-found': 'Correct the path.',
  'method-not-allowed': 'Use a method from the `Allow` header.',
  'request-timeout': 'Send the request again. It must arrive within 30 s.',
  'course-id-taken': 'Replace the course with `PUT`, or choose another id.',
  'course-in-use': 'Delete the sessions first, or keep the course.',
  'course-name-taken': 'Choose another name, or use the course with this name.',
  'session-conflict':
    'Do not retry. Replace the session with `PUT`, or send the new session with another id.',
  'body-too-large': 'Send at most 1 MiB.',
  'uri-too-long': 'Send at most 8 KiB.',
  'unsupported-media-type': 'Send `Content-Type: application/json` in UTF-8, uncompressed.',
  'expectation-failed': 'Omit `Expect`, or send `Expect: 100-continue`.',
  'headers-too-large': 'Send at most 24 KiB of URL and headers together.',
  'internal-error': 'Report the `X-Request-Id` of the response to the operator, who finds it in the log.',
  'database-unavailable': RETRY,
  'database-read-only':
    'Tell the operator: the database is a standby or cannot be written. Retry when it can.',
  overloaded: RETRY,
  'keys-unavailable': RETRY,
  stopping: 'Use another instance. Only `/readyz` returns this.',
  'database-unusable': OPERATOR,
  'schema-newer': 'Tell the operator to start the newer version. Only `/readyz` returns this.',
  'schema-outdated': 'Tell the operator to run `stats-service doctor`, which says what to do.',
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
