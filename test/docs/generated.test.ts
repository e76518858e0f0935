import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { generatedDocs } from '../../release/docs.js';

for (const [file, text] of generatedDocs()) {
  test(`The generated parts of ${file.pathname.split('/').at(-1)} are up to date`, () => {
    assert.equal(compact(readFileSync(file, 'utf8')), compact(text));
  });
}

/** Ignores the alignment of tables, which the formatter adds. */
function compact(text: string): string {
  return text.replaceAll(/ +\|/g, ' |').replaceAll(/\| +/g, '| ').replaceAll(/-{3,}/g, '---');
}
