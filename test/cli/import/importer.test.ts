import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { StatsError } from '../../../src/core/index.js';
import { Importer } from '../../../src/cli/import/importer.js';
import { singleLedger, type Ledger } from '../../../src/cli/import/ledger.js';
import { Recorder } from '../../../src/cli/import/recorder.js';
import type { SessionCall } from '../../../src/cli/import/session-call.js';
import { Rejects } from '../../../src/cli/import/rejects.js';
import type { WindowSize } from '../../../src/cli/import/window.js';
import { until } from '../../support/condition.js';

const LOST = new StatsError('database-unusable', 'The database cannot be used.');

function recorderOf(ledger: Ledger<SessionCall>, { mayLeave }: { readonly mayLeave: boolean }) {
  const { signal } = new AbortController();
  return new Recorder({ ledger, replace: undefined, skip: false, courses: undefined, signal, mayLeave });
}

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
  const recorder = recorderOf(ledger, { mayLeave: !newIds });
  const recorders = [recorder, recorder] as const;
  const importer = new Importer({ recorders, newIds, rejects, window: { lines: 4, characters: Infinity } });
  const entries = [2, 3, 4, 5].map((line) => ({
    line,
    reading: { kind: 'values', values: { completedAt: `2026-11-2${line}T10:00:00Z` } } as const,
  }));
  await importer.add(entries);
  await assert.rejects(importer.end(), LOST);
  stderr.end();
  return { tally: importer.tally, lastLine: importer.lastLine, told: await text(stderr) };
}

test('An import that loses its database resumes before the unfinished batch', async () => {
  const { tally, lastLine, told } = await importInto(false);
  assert.equal(tally.created, 3);
  assert.equal(lastLine, 0);
  assert.equal(told, '');
});

test('An import with new ids resumes after the unfinished batch and reports uncertain lines', async () => {
  const { tally, lastLine, told } = await importInto(true);
  assert.deepEqual([tally.created, tally.invalid], [3, 1]);
  assert.equal(lastLine, 5);
  assert.equal(told, 'line 4: is not known to be recorded, since no answer came\n');
});

/** An import whose lines arrive by and by; what it records, as it does. */
async function importSlowly(window: WindowSize) {
  const rejects = await Rejects.open({ stderr: new PassThrough(), file: undefined, sources: [] });
  let recorded = 0;
  const ledger = singleLedger(async () => {
    recorded += 1;
    return 'created';
  }, 1);
  const recorder = recorderOf(ledger, { mayLeave: true });
  const importer = new Importer({ recorders: [recorder, recorder], newIds: true, rejects, window });
  return {
    add: (line: number, size: number) =>
      importer.add([{ line, size, reading: { kind: 'values', values: {} } as const }]),
    addBroken: (line: number) =>
      importer.add([
        { line, size: 1, reading: { kind: 'broken', faults: [{ rule: 'is broken' }] } as const },
      ]),
    beginIfDue: () => importer.beginIfDue(),
    recorded: () => recorded,
    [Symbol.asyncDispose]: () => rejects[Symbol.asyncDispose](),
  };
}

test('A few long lines fill an import batch just as many short lines do', async () => {
  await using slow = await importSlowly({ lines: 1_000, characters: 10 });
  await slow.add(1, 9);
  assert.equal(slow.recorded(), 0);
  await slow.add(2, 9);
  await until('both are recorded', async () => slow.recorded() === 2);
});

test('Rejected lines fill an import batch sooner than valid lines', async () => {
  await using slow = await importSlowly({ lines: 11, characters: 1_000 });
  await slow.add(1, 9);
  await slow.addBroken(2);
  assert.equal(slow.recorded(), 0);
  await slow.addBroken(3);
  await until('the window is recorded', async () => slow.recorded() === 1);
});

test('An import records the lines read so far while a slow source delivers nothing', async () => {
  await using slow = await importSlowly({ lines: 1_000, characters: 1_000 });
  await slow.add(1, 9);
  slow.beginIfDue();
  assert.equal(slow.recorded(), 0);
  slow.beginIfDue();
  await until('the line is recorded', async () => slow.recorded() === 1);
});

test('An import records the lines read so far while a slow source delivers one line at a time', async () => {
  await using slow = await importSlowly({ lines: 1_000, characters: 1_000 });
  for (let line = 1; line <= 20; line++) {
    await slow.add(line, 9);
    slow.beginIfDue();
  }
  await until('the first lines are recorded', async () => slow.recorded() > 0);
});
