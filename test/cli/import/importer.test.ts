import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { StatsError } from '../../../src/core/index.js';
import { Importer } from '../../../src/cli/import/importer.js';
import { singleLedger } from '../../../src/cli/import/ledger.js';
import { Recorder } from '../../../src/cli/import/recorder.js';
import { Rejects } from '../../../src/cli/import/rejects.js';

const LOST = new StatsError('database-unusable', 'The database cannot be used.');

/** An import into what loses its database at the third session of a window of four. */
async function importInto(newIds: boolean) {
  const stderr = new PassThrough();
  await using rejects = await Rejects.open({ stderr, file: undefined, sources: [] });
  let calls = 0;
  const ledger = singleLedger(async () => {
    calls += 1;
    if (calls === 3) throw LOST;
    return 'created';
  }, 1);
  const recorder = new Recorder({
    ledger,
    replace: undefined,
    skip: false,
    courses: undefined,
    signal: new AbortController().signal,
    mayLeave: !newIds,
  });
  const importer = new Importer({ recorder, newIds, rejects, window: 4 });
  const entries = [2, 3, 4, 5].map((line) => ({
    line,
    reading: { kind: 'values', values: { completedAt: `2026-11-2${line}T10:00:00Z` } } as const,
  }));
  await importer.add(entries);
  await assert.rejects(importer.end(), LOST);
  stderr.end();
  return { tally: importer.tally, lastLine: importer.lastLine, told: await text(stderr) };
}

test('where the database is lost, an import goes on before what it was recording', async () => {
  const { tally, lastLine, told } = await importInto(false);
  assert.equal(tally.created, 3);
  assert.equal(lastLine, 0);
  assert.equal(told, '');
});

test('with new ids it goes on after it, and tells what may be missing', async () => {
  const { tally, lastLine, told } = await importInto(true);
  assert.deepEqual([tally.created, tally.invalid], [3, 1]);
  assert.equal(lastLine, 5);
  assert.equal(told, 'line 4: is not known to be recorded, since the database was lost\n');
});
