/*
 * Reads a source in batches and records each batch before it reads the next one.
 *
 * One large batch uses memory better than two smaller ones in flight: sessions are sorted within a batch, so
 * SQLite writes fewer pages. A batch ends at a number of lines or characters. A slow source also ends it
 * after a while, so that its lines are recorded soon. Each batch is processed in its own function call, after
 * which it can be collected.
 *
 * After a batch, every line with a result is counted, and rejected lines are reported in the order of the
 * source, even if recording failed. With new ids, lines without a result are reported as unknown and keep the
 * id that was sent: importing them again then counts them once. All other rejected lines are reported with
 * the values of the file.
 */
import { setTimeout } from 'node:timers/promises';
import { Interruption } from '../errors.js';
import { interruptible } from '../io.js';
import { toImportLine, type ImportLine, type LineOptions } from './line.js';
import type { Entry } from './readers/entry.js';
import type { Rejects } from './rejects.js';
import { rejected, type ImportTally } from './result.js';
import type { SessionWriter } from './writer.js';

/** Lines per batch. */
const MAX_LINES = 80_000;
/** Lines per batch with new ids. A lost connection makes the results of a whole batch unknown. */
const MAX_LINES_OF_NEW_IDS = 1_000;
/** Characters per batch. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Milliseconds after which an incomplete batch is recorded. */
const MAX_AGE = 500;

interface PipelineOptions extends LineOptions {
  readonly writer: Pick<SessionWriter, 'write'>;
  readonly tally: ImportTally;
  readonly rejects: Rejects;
  readonly signal: AbortSignal;
}

/**
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
    const recordNext = async () => {
      const { done, value } = await interruptible(signal, batches.next());
      if (!done) await recordBatch(value, options);
      return !done;
    };
    while (await recordNext()) if (signal.aborted) throw new Interruption('interrupted');
  } catch (error) {
    // Closing a source waits for its pending read, which may never end.
    void batches.return(undefined).catch(() => undefined);
    void entries.return(undefined).catch(() => undefined);
    throw signal.aborted ? new Interruption('interrupted') : error;
  }
}

async function* readBatches(
  entries: AsyncIterator<Iterable<Entry>>,
  options: LineOptions,
): AsyncGenerator<readonly ImportLine[]> {
  const maxLines = options.newIds ? MAX_LINES_OF_NEW_IDS : MAX_LINES;
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
      if (batch.push(toImportLine(entry, options)) === 1) start = performance.now();
      characters += entry.size;
      if (batch.length === maxLines || characters >= MAX_CHARACTERS) yield take();
    }
    if (batch.length > 0 && remaining() === 0) yield take();
    if (group) next = entries.next();
    // The next iteration awaits this promise, unless the import ends before.
    next.catch(() => undefined);
  }
  if (batch.length > 0) yield take();
}

async function recordBatch(
  batch: readonly ImportLine[],
  { writer, tally, rejects, newIds }: PipelineOptions,
): Promise<void> {
  let isUnknown = newIds;
  try {
    await writer.write(batch);
    isUnknown = false;
  } finally {
    let hasGap = false;
    for (const line of batch) {
      const result = line.result ?? (isUnknown ? UNKNOWN_RESULT : undefined);
      hasGap ||= !result;
      if (!result) continue;
      tally.add(result, line);
      if (!hasGap) tally.lastLine = line.line;
      const values = result === UNKNOWN_RESULT ? line.session : line.values;
      if (result.outcome === 'rejected') await rejects.add(line, result.faults, values);
    }
  }
  await rejects.flush();
}

const UNKNOWN_RESULT = rejected([
  { detail: 'may have been recorded, because the connection was lost before the response' },
]);
