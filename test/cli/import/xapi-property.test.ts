import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readStatements } from '../../../src/cli/import/xapi/reader.js';
import { ID_NAMESPACE, sessionChecker } from '../../../src/core/index.js';
import { flat } from '../../support/exports.js';
import { naiveSessions, type NaiveStatement } from '../../support/naive-xapi.js';

const MINUTE = 60_000;
const GAP = 30 * MINUTE;
const START = Date.parse('2026-03-01T10:00:00Z');
const UUID_COURSE = 'https://lms.example/courses/7384c218-7413-5439-8a53-127d6e177480';

const course = (id: string, type: string) => ({ id, definition: { type, name: { en: id } } });
const adl = course('course-v1:X+101', 'http://adlnet.gov/expapi/activities/course');
const cmi5 = course('https://lms.example/c?id=2', 'https://w3id.org/xapi/cmi5/activitytype/course');
const tinCan = course('https://lms.example/c?id=3', 'http://id.tincanapi.com/activitytype/lms/course');
const site = course('https://lms.example', 'http://id.tincanapi.com/activitytype/lms');

/** Draws the first value half of the time. */
function mostlyFirst<T>(first: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(fc.constant(first), fc.constantFrom(...others));
}

/** Few learners and courses, so that sessions have several statements. */
const actor = mostlyFirst(
  { account: { homePage: 'https://lms.example', name: '7C7B7D42-ff2f-57e0-b43e-bdac13420b81' } },
  { account: { homePage: 'https://lms.example', name: ' ada@example.org ' } },
  { mbox: 'mailto:ada@example.org' },
  { mbox_sha1sum: 'ebd31e95054c018b10727ccffd2ef2ec3a016ee9' },
  { openid: 'https://ada.example.org/' },
);

const context = mostlyFirst(
  { contextActivities: { parent: [adl], grouping: [tinCan] } },
  { contextActivities: { parent: [site], grouping: [site, tinCan] } },
  { contextActivities: { category: cmi5, grouping: [site, tinCan] } },
  { contextActivities: { category: cmi5 } },
  { contextActivities: { grouping: { id: UUID_COURSE } } },
  undefined,
);

const object = fc.constantFrom(
  { id: 'https://lms.example/modules/1' },
  { objectType: 'Activity', id: 'uuid://2' },
  { objectType: 'Activity', id: 'https://lms.example/a;b' },
  { id: `https://lms.example/${'é'.repeat(3)}` },
  { id: `https://lms.example/${'x'.repeat(128)}` },
  adl,
  { objectType: 'Agent', mbox: 'mailto:bob@example.org' },
  { objectType: 'StatementRef', id: crypto.randomUUID() },
  { objectType: 'SubStatement', verb: {}, object: { id: 'https://lms.example/modules/9' } },
);

const result = fc.option(
  fc.record(
    {
      score: fc.constantFrom(
        { scaled: 0.684, raw: 3 },
        { scaled: 0.00005 },
        { raw: 7, min: 5, max: 10 },
        { raw: 12.5, max: 40 },
        { raw: 90.001 },
        { raw: 5, max: 0 },
      ),
      duration: fc.constantFrom('PT4M40.5S', 'P0Y0M0DT16M', 'PT1H', 'PT2H0,25S', 'PT0S'),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

/** Gaps that a session may have just about, in milliseconds from the first statement. */
const time = fc
  .tuple(fc.nat({ max: 8 }), fc.constantFrom(0, 0, 1, 999), fc.constantFrom('Z', '123Z', '+00:00'))
  .map(([steps, more, end]) => {
    const text = new Date(START + steps * 10 * MINUTE + more).toISOString().slice(0, -1);
    return `${text}${end}`;
  });

const verb = fc
  .constantFrom('http://adlnet.gov/expapi/verbs/experienced', 'https://w3id.org/xapi/video/verbs/played')
  .map((id) => ({ id }));

/** Few ids, so that some repeat and some are voided. */
const id = fc
  .nat({ max: 40 })
  .map((number) =>
    number % 5 === 0 ? `attempt ${number}` : `2d2c7962-2120-536a-aa9a-${String(number).padStart(12, 'B')}`,
  );

const event = fc.record({
  id: fc.option(id, { nil: undefined }),
  actor,
  verb,
  object,
  context,
  result,
  timestamp: time,
});
const ownSession = fc.record({ id, actor, verb, object, context, timestamp: time }).map((statement) => ({
  ...statement,
  result: {
    score: { raw: 68.4, scaled: 0.5 },
    duration: 'PT4M40.5S',
    extensions: { 'urn:stats-service:totalModulesStudied': 6 },
  },
}));
const voiding = fc
  .record({ id, actor, object: id.map((voided) => ({ objectType: 'StatementRef', id: voided })) })
  .map((statement) => ({
    ...statement,
    verb: { id: 'http://adlnet.gov/expapi/verbs/voided' },
    timestamp: '2026-03-02T10:00:00Z',
  }));

const statements: fc.Arbitrary<NaiveStatement[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: event },
    { weight: 1, arbitrary: ownSession },
    { weight: 1, arbitrary: voiding },
  ),
  { maxLength: 40 },
);

const SHAPES: Readonly<Record<string, (documents: readonly unknown[]) => string>> = {
  lines: (documents) => documents.map((document) => JSON.stringify(document)).join('\r\n'),
  list: (documents) => JSON.stringify(documents),
  'pretty list': (documents) => `\uFEFF${JSON.stringify(documents, null, 2)}\n`,
  page: (documents) => JSON.stringify({ statements: documents, more: '' }),
  'pretty page': (documents) =>
    JSON.stringify(
      { total: 7, next: null, more: '/xapi?c="]}', counts: [1, { x: '[' }], statements: documents },
      null,
      2,
    ),
  pages: (documents) =>
    [documents.slice(0, 3), documents.slice(3)]
      .map((part) => JSON.stringify({ statements: part, more: 'x' }))
      .join('\n'),
};

const options = fc.record({
  course: fc.constantFrom('MATH 101', '7384c218-7413-5439-8a53-127d6e177480'),
  verbs: fc.constantFrom(undefined, ['played']),
});

/** Returns sessions as they would be recorded, in the order of their ids. */
function recorded(sessions: readonly unknown[]) {
  const check = sessionChecker(() => Number.MAX_SAFE_INTEGER);
  return sessions
    .map((session) => check(session))
    .toSorted(({ sessionId: a = '' }, { sessionId: b = '' }) => (a < b ? -1 : 1));
}

async function* chunked(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

test('Sessions from xAPI statements equal those of a simple model, in every shape of file', async () => {
  const shape = fc.record({
    form: fc.constantFrom(...Object.keys(SHAPES)),
    size: fc.integer({ min: 1, max: 9_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      statements,
      options,
      shape,
      async (drawn, { course: fallback, verbs }, { form, size }) => {
        // Without keys that are undefined.
        const documents: NaiveStatement[] = JSON.parse(JSON.stringify(drawn));
        const text = SHAPES[form]?.(documents) ?? assert.fail(form);
        const tally = { read: 0, repeated: 0, voided: 0, ofOtherVerbs: 0 };
        const groups = readStatements(chunked(text, size), {
          idNamespace: ID_NAMESPACE,
          course: fallback,
          verbs: verbs ?? [],
          gap: GAP,
          tally,
          onMore: () => undefined,
        });
        const entries = await flat(groups);
        const values = entries.map((entry) =>
          'faults' in entry ? assert.fail(JSON.stringify(entry)) : entry.values,
        );
        for (const { moduleIds } of values) {
          if (Array.isArray(moduleIds)) assert.deepEqual(moduleIds, moduleIds.map(String).toSorted());
        }
        const naive = naiveSessions(documents, { course: fallback, gap: GAP, ...(verbs && { verbs }) });
        assert.deepEqual(recorded(values), recorded(naive));
        assert.equal(tally.read, documents.length);
      },
    ),
    { numRuns: 300 },
  );
});
