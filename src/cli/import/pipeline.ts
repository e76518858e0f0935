import { setTimeout } from 'node:timers/promises';
import { Interruption } from '../errors.js';
import { interruptible } from '../io.js';
import { ImportBatch, lineFactory } from './batch.js';
import type { Entry } from './readers/entry.js';
import type { Rejects } from './rejects.js';
import { rejected, type ImportTally } from './result.js';
import type { SessionWriter } from './writer.js';

/** Milliseconds after which a batch of a slow source is recorded although it is not full. */
const MAX_AGE = 500;
/** Milliseconds between two checks of that age while the source delivers nothing. */
const POLL = 100;

interface PipelineOptions {
  readonly writer: Pick<SessionWriter, 'write'>;
  readonly tally: ImportTally;
  readonly rejects: Rejects;
  readonly newIds: boolean;
  /** Aborted when the user ends the import. */
  readonly signal: AbortSignal;
}

/**
 * Reads entries in batches and records each before it reads the next one: the memory of a second batch is better spent
 * on a larger first one. Reports every rejected line in the order of the source.
 *
 * @throws {Interruption} after the signal
 * @throws the first error of the source or the target
 */
export async function runPipeline(
  entries: AsyncGenerator<Iterable<Entry>>,
  options: PipelineOptions,
): Promise<void> {
  const { signal } = options;
  const batches = readBatches(entries, options);
  try {
    for (;;) {
      const { done, value } = await interruptible(signal, batches.next());
      if (done) return;
      await recordBatch(value, options);
      if (signal.aborted) throw new Interruption('interrupted');
    }
  } catch (error) {
    // A source that is still waiting cannot be closed; it ends with the process.
    void batches.return(undefined).catch(() => undefined);
    void entries.return(undefined).catch(() => undefined);
    throw signal.aborted ? new Interruption('interrupted') : error;
  }
}

async function* readBatches(
  entries: AsyncIterator<Iterable<Entry>>,
  { newIds }: Pick<PipelineOptions, 'newIds'>,
): AsyncGenerator<ImportBatch> {
  const toLine = lineFactory({ newIds });
  let batch = new ImportBatch({ newIds });
  let next = entries.next();
  for (;;) {
    const group = batch.lines.length === 0 ? await next : await Promise.race([next, setTimeout(POLL)]);
    if (group?.done) break;
    for (const entry of group?.value ?? []) {
      batch.add(toLine(entry));
      if (!batch.isFull) continue;
      yield batch;
      batch = new ImportBatch({ newIds });
    }
    if (batch.lines.length > 0 && batch.age > MAX_AGE) {
      yield batch;
      batch = new ImportBatch({ newIds });
    }
    if (group) next = entries.next();
    // Awaited in the next round, unless the import ends before.
    next.catch(() => undefined);
  }
  if (batch.lines.length > 0) yield batch;
}

/** Records a batch and reports the result of each line, also if recording fails. */
async function recordBatch(
  batch: ImportBatch,
  { writer, tally, rejects, newIds }: PipelineOptions,
): Promise<void> {
  let isLost = newIds;
  try {
    await writer.write(batch);
    isLost = false;
  } finally {
    let hasGap = false;
    for (const line of batch.lines) {
      const isUnknown = isLost && !line.result;
      const result = isUnknown ? UNKNOWN : line.result;
      hasGap ||= !result;
      if (!result) continue;
      tally.add(result);
      if (!hasGap) tally.lastLine = line.line;
      if (result.outcome !== 'rejected') continue;
      // With the id that it was sent with, an unknown session counts once. A repaired line gets its id anew.
      rejects.add(line, result.faults, isUnknown ? line.session : line.values);
      // `flush` reports the error; here a slow disk only limits how much waits in memory.
      await rejects.flushed().catch(() => undefined);
    }
  }
  await rejects.flushed();
}

const UNKNOWN = rejected([{ rule: 'may or may not be recorded, because no answer came' }]);
