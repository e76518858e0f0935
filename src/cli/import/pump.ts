import { StatsError } from '../../core/errors.js';
import { Interruption } from '../errors.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import type { Progress } from '../progress.js';
import { interruptible } from '../target.js';
import type { Importer } from './importer.js';
import type { Entry } from './reading.js';

/** Milliseconds between two looks at whether a source is too slow to fill a window. */
const LOOK = 100;

type Entries = AsyncGenerator<Iterable<Entry>>;

interface PumpOptions {
  readonly importer: Pick<Importer<unknown>, 'add' | 'beginIfDue' | 'end' | 'stop' | 'failed' | 'lastLine'>;
  readonly progress: Progress;
  /** Whether a second import would count again what the first has recorded. */
  readonly newIds: boolean;
}

const GO_ON = 'Lines after it may be recorded too; run the same again to go on: nothing is counted twice.';
/** What has got a new id is not known again. */
const GO_ON_AFTER = 'Go on with the lines after it: what has got a new id would be counted again.';

/** Takes entries as fast as they are recorded, until they end, or the user ends it, or the database is gone. */
export async function pump(
  io: Io,
  entries: Entries,
  { importer, progress, newIds }: PumpOptions,
): Promise<void> {
  const ticks = setInterval(() => importer.beginIfDue(), LOOK);
  try {
    for (;;) {
      const next = entries.next();
      // Who waits for a failure that never comes must not keep what was read.
      await interruptible(io, Promise.race([next.then(() => undefined), importer.failed]));
      const { done, value } = await next;
      if (done) break;
      await interruptible(io, importer.add(value));
    }
    await interruptible(io, importer.end());
  } catch (error) {
    // What is under way comes to something all the same; why it was stopped is the error to tell.
    await importer.stop().catch(() => undefined);
    progress.end();
    const mayBeBetter = io.signal.aborted || (error instanceof StatsError && error.kind === 'unavailable');
    if (mayBeBetter || importer.lastLine > 0) {
      const goOn = newIds ? GO_ON_AFTER : GO_ON;
      const where = `Stopped after line ${importer.lastLine.toLocaleString('en')}.`;
      writeLine(io.stderr, mayBeBetter || newIds ? `${where} ${goOn}` : where);
    }
    // What is being waited for cannot be closed; it ends with the process.
    void entries.return(undefined).catch(() => undefined);
    throw io.signal.aborted ? new Interruption('interrupted') : error;
  } finally {
    clearInterval(ticks);
  }
  progress.end();
}
