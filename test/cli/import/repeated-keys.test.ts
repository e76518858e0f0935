import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { repeatedKey } from '../../../src/core/model/repeated-keys.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { sessionContent } from '../../support/factories.js';
import { runImport } from '../../support/imports.js';

/** A JSON value whose objects are lists of members, so that they can have a key twice. */
type Tree = string | number | null | { readonly items: readonly Tree[] } | { readonly members: Members };
type Members = readonly (readonly [key: string, value: Tree])[];

const texts = fc.constantFrom('a', 'b', '__proto__', '":', '": {', '"', '\\', '\\"', '{', '}', '', 'é\n');
const { tree: trees } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.oneof(texts, fc.integer(), fc.constant(null)),
    fc.record({ items: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({ members: fc.array(fc.tuple(texts, tie('tree')), { maxLength: 4 }) }),
  ),
}));

/** @param space whitespace around each token */
function toJson(tree: Tree, space: string): string {
  if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree);
  const separator = `${space},${space}`;
  if ('items' in tree) return `[${tree.items.map((item) => toJson(item, space)).join(separator)}]`;
  const members = tree.members.map(([key, value], index) => {
    // The same key has two spellings.
    const name =
      index % 2 === 0 ? JSON.stringify(key) : JSON.stringify(key).replaceAll('a', String.raw`\u0061`);
    return `${name}${space}:${space}${toJson(value, space)}`;
  });
  return `{${space}${members.join(separator)}${space}}`;
}

function hasRepeatedKey(tree: Tree): boolean {
  if (typeof tree !== 'object' || tree === null) return false;
  if ('items' in tree) return tree.items.some(hasRepeatedKey);
  const keys = new Set(tree.members.map(([key]) => key));
  return keys.size < tree.members.length || tree.members.some(([, value]) => hasRepeatedKey(value));
}

test('A key that an object of a JSON text has twice is found, however it is written', () => {
  fc.assert(
    fc.property(trees, fc.constantFrom('', ' ', '\r\n\t'), (tree, space) => {
      const text = toJson(tree, space);
      assert.equal(repeatedKey(text, JSON.parse(text)) !== undefined, hasRepeatedKey(tree), text);
    }),
    { numRuns: 500 },
  );
});

test('A key is found in a document that is nested deeply', () => {
  const deep = `${'{"a":['.repeat(50_000)}{"b":1,"b":2}${']}'.repeat(50_000)}`;
  assert.equal(repeatedKey(deep, JSON.parse(deep)), 'b');
});

test('A key with an escape is found after a text that makes V8 misread such keys', () => {
  JSON.parse(String.raw`{"\"":[],"\\":0}`);
  const text = String.raw`{"\"":1,"\"":2}`;
  assert.equal(repeatedKey(text, JSON.parse(text)), '"');
});

const SESSION = {
  userId: '7c7b7d42-ff2f-57e0-b43e-bdac13420b81',
  courseId: '7384c218-7413-5439-8a53-127d6e177480',
  sessionId: '2d2c7962-2120-536a-aa9a-b2458eb413b9',
  ...sessionContent({ completedAt: '2026-11-20T10:00:00Z' }),
};
const session = JSON.stringify(SESSION);
const withTwoScores = session.replace('{', '{"averageScore":1,');

test('An import rejects a session, a repaired line, a statement and a course that have a key twice', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const long = 'x'.repeat(100);
  const target = ['--create-courses', '--database', database.url];
  const run = (text: string, format: string) => runImport(['-', '--format', format, ...target], text);

  const repaired = `{"line":1,"faults":[],"values":${withTwoScores}}`;
  const lines = [withTwoScores, repaired, `{"${long}":1,"${long}":1}`, session];
  const sessions = await run(lines.join('\n'), 'ndjson');
  assert.deepEqual([sessions.summary.created, sessions.summary.invalid], [1, 3], sessions.stderr);
  assert.deepEqual(sessions.stderr.split('\n').slice(0, 3), [
    'line 1: has the key "averageScore" twice; remove one of them',
    'line 2: has the key "averageScore" twice; remove one of them',
    `line 3: has the key "${long.slice(0, 60)}…" twice; remove one of them`,
  ]);

  const statements = await run('[{"result":{"score":{"raw":1,"raw":2}}}]', 'xapi');
  assert.match(statements.stderr, /^document 1: has the key "raw" twice; remove one of them$/m);

  const courses = await directory.write('courses.json', '[{"name":"Algebra","name":"Logic"}]');
  const { stderr } = await runImport(['--courses', courses, '--database', database.url]);
  assert.match(stderr, /courses\.json, document 1: has the key "name" twice; remove one of them$/m);
});
