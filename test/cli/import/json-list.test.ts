import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { peek } from '../../../src/cli/import/readers/json.js';
import { readJsonList } from '../../../src/cli/import/readers/json-list.js';
import type { Line } from '../../../src/cli/import/readers/lines.js';
import { runBin, runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { flat } from '../../support/exports.js';

const MEGABYTE = 1024 * 1024;

/** Yields the bytes in chunks of a size. */
async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

function split(list: string | Buffer, size = MEGABYTE): Promise<Line[]> {
  return flat(readJsonList(chunked(Buffer.from(list), size)));
}

test('A JSON list is split into its documents, whatever they contain and however it is chunked', async () => {
  const stringUnit = fc.constantFrom(
    '"',
    '\\',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '\n',
    '\0',
    'a',
    'é',
    '\u{1f600}',
  );
  const lists = fc.array(fc.jsonValue({ stringUnit, maxDepth: 4 }), { maxLength: 8 });
  const anyList = fc.tuple(lists, fc.constantFrom('', ' ', '\r\n\t'), fc.integer({ min: 1, max: 64 }));
  await fc.assert(
    fc.asyncProperty(anyList, async ([list, indent, size]) => {
      const documents = await split(` ${JSON.stringify(list, null, indent)}\n`, size);
      assert.deepEqual(
        documents.map(({ number, text }) => [number, JSON.parse(text)]),
        list.map((document, index) => [index + 1, JSON.parse(JSON.stringify(document))]),
      );
    }),
  );
});

test('A document that is too long or not UTF-8 does not affect others of its JSON list', async () => {
  const [long, latin] = ['x'.repeat(2 * MEGABYTE), Buffer.from([0x22, 0xe9, 0x22])];
  const list = Buffer.concat([Buffer.from(`["${long}", {}, `), latin, Buffer.from(', [1]]')]);
  const documents = await split(list, 1_000);
  assert.deepEqual(
    documents.map(({ fault }) => fault),
    ['must be at most 1 MiB long', undefined, 'must be UTF-8', undefined],
  );
  assert.ok(documents.every(({ text }) => text.length <= 200));
});

test('An import of a malformed JSON list reports the fault and its position', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  for (const [list, expected] of [
    ['[7,', 'The JSON list is truncated after document 1; download or export the file again.'],
    ['[7, {"id": "]', 'The JSON list is truncated after document 1; download or export the file again.'],
    [
      '[7, {"id": "x}\n, {"id": 1}]',
      'Document 2 of the JSON list has an unclosed string or an unescaped control character; repair the list and import it again.',
    ],
    ['[7,]', 'Document 2 of the JSON list is missing; remove the extra comma.'],
    ['[,7]', 'Document 1 of the JSON list is missing; remove the extra comma.'],
    ['[7] [8]', 'The file must end with the JSON list.'],
    ['[7, {}}, {}]', /^Document 2 of the JSON list is not valid JSON\. \(Unexpected .*\)$/],
    ['[7, {"id": 1} {"id": 2}]', /^Document 2 of the JSON list is not valid JSON\. \(Unexpected .*\)$/],
  ] as const) {
    const path = await directory.write('list.json', list);
    const argv = ['import', path, '--format', 'xapi', '--database', database.url];
    const { code, stderr } = await runCli(argv);
    const last = stderr.trimEnd().split('\n').at(-1) ?? '';
    assert.equal(code, 1, list);
    assert.match(last, /^stats-service: /);
    const message = last.slice('stats-service: '.length);
    if (typeof expected === 'string') assert.equal(message, expected);
    else assert.match(message, expected);
  }
});

test('An import reads a JSON list that is larger than the heap', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const path = await directory.write('list.json', `[${Array.from({ length: 8_000 }, statement).join()}]`);
  const options = ['--format', 'xapi', '--create-courses', '--json', '--database', database.url];
  const node = ['--max-old-space-size=48'];
  const { code, stdout, stderr } = await runBin(['import', path, ...options], { node });
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).created, 8_000);
});

/** Returns an xAPI statement of about 8 KB. */
function statement(): string {
  return JSON.stringify({
    id: crypto.randomUUID(),
    actor: { account: { name: '7c7b7d42-ff2f-57e0-b43e-bdac13420b81' } },
    context: { contextActivities: { grouping: { id: '7384c218-7413-5439-8a53-127d6e177480' } } },
    result: {
      response: 'x'.repeat(8_000),
      score: { raw: 68.4 },
      duration: 'PT4M40S',
      extensions: { 'urn:stats-service:totalModulesStudied': 6 },
    },
    timestamp: '2026-11-20T10:00:00Z',
  });
}

test('Blank lines at the beginning of a file are counted, but not kept', async () => {
  const blank = `\n${' '.repeat(1_000)}`;
  const bytes = Buffer.from(`${blank.repeat(70_000)}\n{}`);
  const { start, all } = await peek(chunked(bytes, 1_001), (text) => text !== '');
  assert.equal(start, '{}');
  const chunks: Buffer[] = [];
  for await (const chunk of all) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  assert.equal(text.split('\n').length, 70_002);
  assert.ok(text.length < 72_000, String(text.length));
});
