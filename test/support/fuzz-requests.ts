import * as fc from 'fast-check';
import { newSessionId, newUserId } from './factories.js';

/** A random request. Most are plausible, and many have one invalid part. */
export interface FuzzRequest {
  readonly method: string;
  /** The path in the OpenAPI document. */
  readonly template: string;
  readonly path: string;
  readonly userId: string | undefined;
  readonly body: string | Buffer | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

interface FuzzIds {
  readonly courseIds: readonly string[];
  /** Users whose sessions are recorded but never replaced or deleted. */
  readonly recorders: readonly string[];
}

const COURSES = '/courses';
const COURSE = '/courses/{courseId}';
const SESSIONS = '/courses/{courseId}/sessions';
const SESSION = '/courses/{courseId}/sessions/{sessionId}';
const HISTORY = '/courses/{courseId}/history';
const READS = [COURSES, COURSE, SESSIONS, SESSION, HISTORY, '/me/activity', '/me/courses'];
const OTHERS = ['/livez', '/readyz', '/openapi.json', '/nowhere', '/', '/courses/{courseId}/session'];

const rarely = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 15 }, { arbitrary: odd, weight: 1 });
const text = (value: unknown) => JSON.stringify(value) ?? 'undefined';

export function fuzzRequests({ courseIds, recorders }: FuzzIds): fc.Arbitrary<FuzzRequest> {
  const changers = Array.from({ length: 8 }, () => newUserId());
  const sessionIds = Array.from({ length: 500 }, () => newSessionId());
  const segment = fc.stringMatching(/^[!$-.0-;=@-Z_a-z~%]{1,12}$/);
  const courseId = rarely<string>(fc.constantFrom(...courseIds), fc.oneof(fc.uuid(), segment));
  const sessionId = rarely<string>(fc.constantFrom(...sessionIds), fc.oneof(fc.uuid(), segment));
  const user = (ids: readonly string[]) =>
    rarely<string | undefined>(fc.constantFrom(...ids), fc.oneof(fc.constant(undefined), segment));

  const anyJson = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.double(),
    fc.bigInt().map(Number),
    fc.constantFrom(null, -1, Infinity, 2 ** 53 + 2, '3', '', '\u0000'),
  );
  const session = fc
    .record(
      {
        sessionId,
        totalModulesStudied: rarely<unknown>(fc.integer({ min: 0, max: 100_000 }), anyJson),
        averageScore: rarely<unknown>(fc.double({ min: 0, max: 1_000_000, noNaN: true }), anyJson),
        timeStudied: rarely<unknown>(fc.integer({ min: 0, max: 1_000_000_000 }), anyJson),
        completedAt: rarely<unknown>(
          fc
            .date({ min: new Date(0), max: new Date('2026-01-01'), noInvalidDate: true })
            .map((date) => date.toISOString()),
          anyJson,
        ),
        moduleIds: rarely<unknown>(
          fc.array(fc.constantFrom('a', 'b', 'c;', 'd'.repeat(129), 'é', 'm1'), { maxLength: 3 }),
          anyJson,
        ),
        unknown: anyJson,
      },
      { requiredKeys: ['totalModulesStudied', 'averageScore', 'timeStudied'] },
    )
    .map(({ unknown, ...rest }) => (unknown === -1 ? { ...rest, unknown } : rest));
  const put = session.map((content) => ({ ...content, sessionId: undefined }));
  const course = fc.record({ name: rarely<unknown>(fc.string({ unit: 'binary', maxLength: 300 }), anyJson) });
  const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
  const bodyOf = (json: fc.Arbitrary<unknown>) =>
    rarely<string | Buffer>(
      json.map(text),
      fc.oneof(
        bytes,
        anyJson.map(text),
        fc.tuple(json, fc.nat(60)).map(([value, end]) => text(value).slice(0, end)),
      ),
    );

  const value = fc.oneof(
    fc.constantFrom(
      '1',
      '0',
      '1000',
      '1001',
      'day',
      'week',
      'UTC',
      'Europe/London',
      '04:00',
      '2020-01-01T00:00:00Z',
      'x%00',
    ),
    segment,
  );
  const name = fc.constantFrom(
    'limit',
    'cursor',
    'from',
    'to',
    'interval',
    'timeZone',
    'dayStart',
    'courseId',
    '__proto__',
  );
  const query = rarely(
    fc.constant(''),
    fc
      .array(fc.tuple(name, value), { maxLength: 3 })
      .map((pairs) => `?${pairs.map((pair) => pair.join('=')).join('&')}`),
  );
  const headers = rarely<Record<string, string>>(
    fc.constant({}),
    fc.constantFrom<Record<string, string>[]>(
      { 'content-type': 'text/plain' },
      { 'content-encoding': 'gzip' },
      { 'x-request-id': 'mine' },
      { 'x-request-id': 'not mine' },
    ),
  );

  const request = (
    methods: readonly string[],
    templates: readonly string[],
    users: readonly string[],
    body: fc.Arbitrary<string | Buffer | undefined>,
  ): fc.Arbitrary<FuzzRequest> =>
    fc
      .record({
        method: fc.constantFrom(...methods),
        template: fc.constantFrom(...templates),
        course: courseId,
        session: sessionId,
        search: query,
        userId: user(users),
        body,
        headers,
      })
      .map(({ template, course: ofPath, session: inPath, search, ...rest }) => ({
        ...rest,
        template,
        path: template.replace('{courseId}', ofPath).replace('{sessionId}', inPath) + search,
      }));

  const nothing = fc.constant(undefined);
  const everyone = [...recorders, ...changers];
  return fc.oneof(
    { weight: 10, arbitrary: request(['POST'], [COURSE], recorders, bodyOf(session)) },
    { weight: 5, arbitrary: request(['GET', 'HEAD'], READS, everyone, nothing) },
    { weight: 2, arbitrary: request(['PUT'], [SESSION], changers, bodyOf(put)) },
    { weight: 1, arbitrary: request(['DELETE'], [SESSION, '/me'], changers, nothing) },
    { weight: 1, arbitrary: request(['POST'], [COURSES], everyone, bodyOf(course)) },
    {
      weight: 1,
      arbitrary: request(['GET', 'PATCH', 'OPTIONS', 'DELETE'], [...OTHERS, ...READS], changers, nothing),
    },
  );
}
