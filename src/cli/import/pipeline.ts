import { setTimeout } from 'node:timers/promises';
import { Interruption } from '../errors.js';
import { interruptible } from '../io.js';
import { toImportLine, type ImportLine } from './line.js';
import type { Entry } from './readers/entry.js';
import type { Rejects } from './rejects.js';
import { rejected, type ImportTally } from './result.js';
import type { SessionWriter } from './writer.js';

/** Lines of a batch. More lines write fewer pages of SQLite each, and take more memory. */
const MAX_LINES = 80_000;
/** With new ids, a lost database leaves the results of a whole batch unknown. */
const MAX_LINES_OF_NEW_IDS = 1_000;
/** Characters of a batch: a few lines may be long. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Milliseconds after which a batch of a slow source is recorded although it is not full. */
const MAX_AGE = 500;

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
    // A function of its own, so that a batch can be collected while the next one is read.
    const recordNext = async () => {
      const { done, value } = await interruptible(signal, batches.next());
      if (!done) await recordBatch(value, options);
      return !done;
    };
    while (await recordNext()) if (signal.aborted) throw new Interruption('interrupted');
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
): AsyncGenerator<readonly ImportLine[]> {
  const maxLines = newIds ? MAX_LINES_OF_NEW_IDS : MAX_LINES;
  let batch: ImportLine[] = [];
  let characters = 0;
  let start = 0;
  const take = () => {
    const taken = batch;
    [batch, characters] = [[], 0];
    return taken;
  };
  const remaining = () => Math.max(0, start + MAX_AGE - performance.now());
  let next = entries.next();
  for (;;) {
    const timeout = batch.length > 0 && setTimeout(remaining(), undefined, { ref: false });
    const group = await (timeout ? Promise.race([next, timeout]) : next);
    if (group?.done) break;
    for (const entry of group?.value ?? []) {
      if (batch.push(toImportLine(entry, newIds)) === 1) start = performance.now();
      characters += entry.size;
      if (batch.length === maxLines || characters >= MAX_CHARACTERS) yield take();
    }
    if (batch.length > 0 && remaining() === 0) yield take();
    if (group) next = entries.next();
    // Awaited in the next round, unless the import ends before.
    next.catch(() => undefined);
  }
  if (batch.length > 0) yield take();
}

/** Records a batch and reports the result of each line, also if recording fails. */
async function recordBatch(
  batch: readonly ImportLine[],
  { writer, tally, rejects, newIds }: PipelineOptions,
): Promise<void> {
  let isLost = newIds;
  try {
    await writer.write(batch);
    isLost = false;
  } finally {
    let hasGap = false;
    for (const line of batch) {
      const result = line.result ?? (isLost ? UNKNOWN : undefined);
      hasGap ||= !result;
      if (!result) continue;
      tally.add(result);
      if (!hasGap) tally.lastLine = line.line;
      // An unknown session keeps the id that it was sent with, so that it counts once. A repaired line gets a new id.
      const values = result === UNKNOWN ? line.session : line.values;
      if (result.outcome === 'rejected') await rejects.add(line, result.faults, values);
    }
  }
  await rejects.flush();
}

const UNKNOWN = rejected([{ rule: 'may or may not be recorded, because no answer came' }]);
