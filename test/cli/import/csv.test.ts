import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readCsv } from '../../../src/cli/import/readers/csv.js';
import { toUtf8, type Encoding } from '../../../src/cli/import/readers/encoding.js';
import type { Entry } from '../../../src/cli/import/readers/entry.js';
import { FieldNames } from '../../../src/cli/import/readers/fields.js';
import { deriveId, openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

async function* chunksOf(text: string | Buffer, size = text.length): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(text: string | Buffer, fields: readonly string[], size?: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const group of readCsv(chunksOf(text, size), new FieldNames(fields, new Map())))
    entries.push(...group);
  return entries;
}

const valuesOf = (entries: readonly Entry[]) => entries.map(({ values }) => ({ ...values }));

const COURSE = '7384c218-7413-5439-8a53-127d6e177480';

type Row = Readonly<Record<string, string>>;

const SPECTRUM = dirname(createRequire(import.meta.url).resolve('csv-spectrum'));

for (const file of globSync('csvs/*.csv', { cwd: SPECTRUM }).toSorted()) {
  test(`csv-spectrum: ${basename(file)}`, async () => {
    const parsed: Row | readonly Row[] = JSON.parse(
      readFileSync(`${SPECTRUM}/json/${basename(file, '.csv')}.json`, 'utf8'),
    );
    const expected = [parsed].flat();
    const entries = await read(readFileSync(`${SPECTRUM}/${file}`), Object.keys(expected[0] ?? {}), 3);
    // The phone number of this file differs in its JSON.
    if (file.includes('location')) Object.assign(expected[0] ?? {}, { 'Contact Phone Number': '2095257564' });
    const normalized = expected.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .map(([name, cell]) => [name, cell.replaceAll('\r\n', '\n').trim()])
          .filter(([, cell]) => cell !== ''),
      ),
    );
    assert.deepEqual(valuesOf(entries), normalized);
  });
}

test('Any table is read as it was written, in chunks of any size', async () => {
  const cell = fc.stringMatching(/^[a-z",;\n ]{0,5}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, size) => {
        const quoted = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join());
        const entries = await read(['a,b,c', ...quoted].join('\n'), ['a', 'b', 'c'], size);
        const expected = rows
          .map(([a, b, c]) => ({ a: a.trim(), b: b.trim(), c: c.trim() }))
          .map((row) => Object.fromEntries(Object.entries(row).filter(([, text]) => text !== '')))
          .filter((row) => Object.keys(row).length > 0);
        assert.deepEqual(valuesOf(entries), expected);
      },
    ),
  );
});

test('A broken quote affects only its own line', async () => {
  const lines = [
    'a,b',
    '1,"two\nlines"',
    '2,"unclosed',
    '3, "spaced" ',
    '4,"quoted"',
    '5,6" screen',
    '6,"unclosed',
    '7,"and again',
    '8,"closed"',
    '9,"until the end',
    '10,last',
  ];
  const entries = await read(lines.join('\n'), ['a', 'b'], 4);
  const results = entries.map((entry) => [
    entry.label ?? entry.line,
    'faults' in entry ? entry.faults.map(({ detail }) => detail.slice(0, 21)).join() : entry.values['a'],
  ]);
  const fault = 'has an unclosed quote';
  assert.deepEqual(results, [
    ['lines 2 to 3', '1'],
    [4, fault],
    [5, '3'],
    [6, '4'],
    [7, '5'],
    [8, fault],
    [9, fault],
    [10, '8'],
    [11, fault],
    [12, '10'],
  ]);
});

test('A file with an unclosed quote in every tenth of many lines is read in linear time and little memory', async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) =>
    index % 10 === 0 ? `1,"${index}` : `1,${index}`,
  );
  const entries = await read(['a,b', ...lines].join('\n'), ['a', 'b'], 65_536);
  assert.equal(entries.filter((entry) => 'faults' in entry).length, 10_000);
  assert.equal(entries.length, 100_000);
});

test('Lines that each close a quote and open another are read in linear time', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `c${index}`);
  const lines = Array.from({ length: 3_000 }, () => 'x","');
  const start = performance.now();
  const entries = await read([names.join(), ...lines].join('\n'), names);
  const took = performance.now() - start;
  assert.ok(entries.every((entry) => 'faults' in entry) && entries.length === 3_000);
  // Without the bound it takes minutes.
  assert.ok(took < 5_000, `${took} ms`);
});

function encoded(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(`\uFEFF${text}`);
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'] as const) {
  test(`A file in ${encoding} is recognised by its byte order mark`, async () => {
    const bytes = encoded('a\tb\r\nÄpfel\t€ 😀\r\n', encoding);
    for (const size of [1, 2, 3, 100]) {
      const names = new FieldNames(['a', 'b'], new Map());
      const entries: Entry[] = [];
      for await (const group of readCsv(toUtf8(chunksOf(bytes, size), undefined), names))
        entries.push(...group);
      assert.deepEqual(valuesOf(entries), [{ a: 'Äpfel', b: '€ 😀' }]);
    }
  });
}

test('A file in Windows-1252 is rejected line by line, or read with --encoding', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--database', database.url, '--create-courses', '--derive-ids'];
  const text = [HEADER, csvLine({ userId: 'Jos\xe9 \x80' }), csvLine({ userId: 'Ann' })].join('\n');
  const path = await directory.write('latin.csv', Buffer.from(text, 'latin1'));
  const refused = await runImport([path, ...target]);
  assert.deepEqual([refused.code, refused.summary.created, refused.summary.invalid], [5, 1, 1]);
  assert.match(
    refused.stderr,
    /^line 2: must be UTF-8; for another encoding add --encoding, such as windows-1252$/m,
  );
  const { code, summary } = await runImport([path, ...target, '--encoding', 'windows-1252']);
  assert.deepEqual([code, summary.created, summary.replayed], [0, 1, 1]);
  await using stats = await openStats({ database: database.url });
  const userId = toUserId(deriveId('José €'));
  const { items } = await stats.listSessions({ userId, courseId: toCourseId(COURSE) });
  assert.equal(items.length, 1);
  const wrong = await runImport([path, ...target, '--encoding', 'utf-16le']);
  assert.match(
    wrong.stderr,
    /stats-service: The file is not UTF-16LE; correct --encoding or save it as UTF-8\./,
  );
});

test('A header may have spaces and a line that names its separator; rows without values are skipped', async () => {
  const entries = await read('\n  \nsep=|\r\n a |"b"\r\n1|2\r\n | \r\n||\r\n\r\n3|"4|5"\r\n', ['a', 'b']);
  assert.deepEqual(valuesOf(entries), [
    { a: '1', b: '2' },
    { a: '3', b: '4|5' },
  ]);
});
