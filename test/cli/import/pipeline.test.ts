import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { ImportLine } from '../../../src/cli/import/line.js';
import { runPipeline } from '../../../src/cli/import/pipeline.js';
import type { Entry } from '../../../src/cli/import/readers/entry.js';
import { Rejects } from '../../../src/cli/import/rejects.js';
import { ImportTally } from '../../../src/cli/import/result.js';
import { StatsError } from '../../../src/core/index.js';
import { newCourseId, newUserId, sessionContent } from '../../support/factories.js';

const LOST = new StatsError('database-unusable', 'The database cannot be used.');

function entryOf(line: number, size = 0): Entry {
  const values = { userId: newUserId(), courseId: newCourseId(), ...sessionContent() };
  return { line, size, values: { ...values, completedAt: `2026-11-20T10:00:0${line % 10}Z` } };
}

async function* groupsOf(...groups: readonly (readonly Entry[])[]): AsyncGenerator<readonly Entry[]> {
  yield* groups;
}

async function run(
  entries: AsyncGenerator<Iterable<Entry>>,
  write: (batch: readonly ImportLine[]) => Promise<void>,
  { newIds = false, signal = new AbortController().signal } = {},
) {
  const stderr = new PassThrough();
  await using rejects = await Rejects.open({ stderr, file: undefined, sources: [], derivesIds: false });
  const tally = new ImportTally();
  const error = await runPipeline(entries, { writer: { write }, tally, rejects, newIds, signal }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  rejects.print();
  stderr.end();
  return { error, tally, printed: await text(stderr) };
}

async function createAll(lines: readonly ImportLine[]): Promise<void> {
  for (const line of lines) line.result ??= { outcome: 'created' };
}

/** Records the lines and loses the database at the third one. */
async function loseThird(lines: readonly ImportLine[]): Promise<never> {
  for (const [index, line] of lines.entries()) if (index !== 2) line.result = { outcome: 'created' };
  throw LOST;
}

const FOUR = [2, 3, 4, 5].map((line) => entryOf(line));

test('An import that loses its database resumes at the first line without a result', async () => {
  const { error, tally, printed } = await run(groupsOf(FOUR), loseThird);
  assert.equal(error, LOST);
  assert.deepEqual([tally.counts.created, tally.lastLine, printed], [3, 3, '']);
});

test('An import with new ids resumes after the batch and reports lines without a result', async () => {
  const { error, tally, printed } = await run(groupsOf(FOUR), loseThird, { newIds: true });
  assert.equal(error, LOST);
  assert.deepEqual([tally.counts.created, tally.counts.invalid, tally.lastLine], [3, 1, 5]);
  assert.equal(
    printed,
    'line 4: may have been recorded, because the connection was lost before the response\n',
  );
});

test('A few long lines fill an import batch just as many short lines do', async () => {
  const sizes: number[] = [];
  const lines = Array.from({ length: 20 }, (_, line) => entryOf(line, 1024 * 1024));
  await run(groupsOf(lines), async (batch) => {
    sizes.push(batch.length);
    await createAll(batch);
  });
  assert.ok(sizes.length > 1 && sizes.every((size) => size < 20), String(sizes));
});

for (const [what, pause] of [
  ['nothing', undefined],
  ['one line at a time', 20],
] as const) {
  test(`An import records the lines read so far while a slow source delivers ${what}`, async () => {
    const recorded = new AbortController();
    const slow = async function* () {
      for (let line = 1; !recorded.signal.aborted; line++) {
        yield [entryOf(line)];
        await (pause === undefined ? once(recorded.signal, 'abort') : setTimeout(pause));
      }
    };
    const { tally, error } = await run(slow(), async (batch) => {
      await createAll(batch);
      recorded.abort();
    });
    assert.equal(error, undefined);
    assert.ok(tally.counts.created > 0);
  });
}

test('A failed batch ends the import although the source is still waiting', async () => {
  const forever = Promise.withResolvers<void>();
  const slow = async function* () {
    yield [entryOf(1)];
    await forever.promise;
  };
  const { error } = await run(slow(), async () => {
    throw LOST;
  });
  assert.equal(error, LOST);
});

async function* cutOff() {
  yield Array.from({ length: 80_000 }, (_, line) => entryOf(line));
  throw new Error('The source is cut off.');
}

test('An error of the source is reported after the batch in flight has ended', async () => {
  const { error, tally } = await run(cutOff(), async (batch) => {
    await setTimeout(50);
    await createAll(batch);
  });
  assert.match(String(error), /cut off/);
  assert.equal(tally.counts.created, 80_000);
});
